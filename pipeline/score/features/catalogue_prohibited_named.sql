-- Grain: enterprise whose registered scope and whose trade as the grid saw it are both known, while a catalogue is in force.
-- Number of prohibited or eliminated items, terms passed, that both of them name. Unit: 条.
-- Inputs: catalogue_edition, catalogue_item, catalogue_word, usable_registry, usable_grid. $as_of. A scope is what a firm may do,
-- so it is a hint only, and nothing here is a finding by itself. The deciding row is the grid's.
WITH due AS (
  SELECT item, class_title, number FROM catalogue_item
  WHERE class IN ('prohibited', 'eliminated') AND coalesce(due_on < $as_of, true)
),
spoken AS (
  SELECT "column", text, item, min(word) FILTER (WHERE verdict = 'hit') AS word
  FROM catalogue_word GROUP BY "column", text, item
  HAVING bool_or(verdict = 'hit') AND NOT bool_or(verdict = 'excluded')
),
scope AS (
  SELECT DISTINCT r.enterprise_id, s.item
  FROM usable_registry r JOIN spoken s ON s."column" = 'business_scope' AND s.text = r.business_scope
),
registered AS (
  SELECT enterprise_id, max(probability) AS probability FROM usable_registry
  WHERE business_scope IS NOT NULL GROUP BY enterprise_id
),
visit AS (
  SELECT enterprise_id, extract, file, "row", business, probability, coalesce(inspected_on, extract_date) AS seen_on
  FROM usable_grid WHERE business IS NOT NULL AND coalesce(inspected_on, extract_date) <= $as_of
),
named_twice AS (
  SELECT v.extract, v.file, v."row", d.item, concat(d.class_title, '类第', d.number, '条（“', s.word, '”）') AS detail
  FROM visit v
  JOIN spoken s ON s."column" = 'business' AND s.text = v.business
  JOIN due d ON d.item = s.item
  JOIN scope x ON x.enterprise_id = v.enterprise_id AND x.item = s.item
),
seen AS (
  SELECT v.enterprise_id, v.extract, v.file, v."row", v.probability, v.seen_on, b.item, concat(c.edition, '版', b.detail) AS detail
  FROM visit v
  CROSS JOIN catalogue_edition c
  LEFT JOIN named_twice b ON b.extract = v.extract AND b.file = v.file AND b."row" = v."row"
)
SELECT s.enterprise_id, count(DISTINCT s.item) OVER (PARTITION BY s.enterprise_id) AS value, '条' AS unit,
  CASE WHEN s.item IS NOT NULL THEN s.detail END AS detail, CAST(NULL AS VARCHAR) AS document, s.seen_on AS occurred_on,
  s.extract, s.file, s."row", CAST(round(s.probability * r.probability, 6) AS DECIMAL(9, 6)) AS probability
FROM seen s JOIN registered r ON r.enterprise_id = s.enterprise_id
QUALIFY row_number() OVER (
  PARTITION BY s.enterprise_id ORDER BY s.item IS NOT NULL DESC, s.seen_on DESC, s.file, s."row", s.item) = 1
