-- Grain: item of the industry catalogue in force on the day; empty where none was imported. Inputs: built.catalogue_edition,
-- built.catalogue_item.
SELECT e.edition, i.item, i.class, i.number, i.text, i.keywords, i.exclusions, i.due_on, e.valid_from, e.valid_to, e.sha256
FROM built.catalogue_item i CROSS JOIN built.catalogue_edition e
ORDER BY i.item
