-- Grain: enterprise with an environmental file that declares a process, products or equipment, while a catalogue is in force.
-- Number of items of the restricted class that its existing capacity is of. Unit: 条.
-- Inputs: catalogue_edition, catalogue_match, usable_eia_approvals. $as_of. Without a catalogue nobody has a value; a firm
-- whose files name no such item has 0. The deciding row is the latest that names one, else the latest file.
WITH declared AS (
  SELECT e.enterprise_id, e.extract, e.file, e."row", e.approval_no, e.probability,
    coalesce(e.decided_on, e.extract_date) AS declared_on, m.item, concat(c.edition, '版', m.detail) AS detail
  FROM usable_eia_approvals e
  CROSS JOIN catalogue_edition c
  LEFT JOIN catalogue_match m ON m.extract = e.extract AND m.file = e.file AND m."row" = e."row"
    AND m.outcome = 'matched' AND m.class = 'restricted'
  WHERE coalesce(e.process, e.products, e.equipment) IS NOT NULL AND coalesce(e.decided_on, e.extract_date) <= $as_of
)
SELECT enterprise_id, count(DISTINCT item) OVER (PARTITION BY enterprise_id) AS value, '条' AS unit,
  CASE WHEN item IS NOT NULL THEN detail END AS detail, approval_no AS document, declared_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, item IS NOT NULL) AS probability
FROM declared
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY item IS NOT NULL DESC, declared_on DESC, file, "row", item) = 1
