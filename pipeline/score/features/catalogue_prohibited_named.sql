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
  SELECT DISTINCT r.enterprise_id, r.probability, s.item
  FROM usable_registry r LEFT JOIN spoken s ON s."column" = 'business_scope' AND s.text = r.business_scope
  WHERE r.business_scope IS NOT NULL
),
registered AS (
  SELECT enterprise_id, max(probability) AS probability FROM scope GROUP BY enterprise_id
),
seen AS (
  SELECT g.enterprise_id, g.extract, g.file, g."row", g.probability, coalesce(g.inspected_on, g.extract_date) AS seen_on,
    d.item, concat(c.edition, '版', d.class_title, '类第', d.number, '条（“', s.word, '”）') AS detail
  FROM usable_grid g
  CROSS JOIN catalogue_edition c
  LEFT JOIN spoken s ON s."column" = 'business' AND s.text = g.business
    AND EXISTS (SELECT 1 FROM scope x WHERE x.enterprise_id = g.enterprise_id AND x.item = s.item)
  LEFT JOIN due d ON d.item = s.item
  WHERE g.business IS NOT NULL AND coalesce(g.inspected_on, g.extract_date) <= $as_of
)
SELECT s.enterprise_id, count(DISTINCT s.item) OVER (PARTITION BY s.enterprise_id) AS value, '条' AS unit,
  CASE WHEN s.item IS NOT NULL THEN s.detail END AS detail, CAST(NULL AS VARCHAR) AS document, s.seen_on AS occurred_on,
  s.extract, s.file, s."row", CAST(round(s.probability * r.probability, 6) AS DECIMAL(9, 6)) AS probability
FROM seen s JOIN registered r ON r.enterprise_id = s.enterprise_id
QUALIFY row_number() OVER (
  PARTITION BY s.enterprise_id ORDER BY s.item IS NOT NULL DESC, s.seen_on DESC, s.file, s."row", s.item) = 1
