-- Grain: enterprise with an environmental file that declares a process, products or equipment, while a catalogue is in force.
-- Number of items of the restricted class that it expanded (扩建, not 技改 or 升级) by a project decided after
-- the catalogue came into force. Unit: 条.
-- Inputs: catalogue_edition, catalogue_match, usable_eia_approvals. $as_of. Without a catalogue nobody has a value; a firm
-- whose files name no such item has 0. The deciding row is the latest that names one, else the latest file.
WITH declared AS (
  SELECT e.enterprise_id, e.extract, e.file, e."row", e.approval_no, e.probability,
    coalesce(e.decided_on, e.extract_date) AS declared_on, m.item, concat(c.edition, '版', m.detail) AS detail
  FROM usable_eia_approvals e
  CROSS JOIN catalogue_edition c
  LEFT JOIN catalogue_match m ON m.extract = e.extract AND m.file = e.file AND m."row" = e."row"
    AND m.outcome = 'matched' AND m.class = 'restricted' AND m.declared_on > c.valid_from
    AND regexp_matches(m.project, '扩建|扩产|扩能|增产|增加产能|新增产能') AND NOT regexp_matches(m.project, '技改|技术改造|升级|改扩建')
  WHERE coalesce(e.process, e.products, e.equipment) IS NOT NULL AND coalesce(e.decided_on, e.extract_date) <= $as_of
)
SELECT enterprise_id, count(DISTINCT item) OVER (PARTITION BY enterprise_id) AS value, '条' AS unit,
  CASE WHEN item IS NOT NULL THEN detail END AS detail, approval_no AS document, declared_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, item IS NOT NULL) AS probability
FROM declared
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY item IS NOT NULL DESC, declared_on DESC, file, "row", item) = 1
