-- Grain: enterprise with any permit on file. 1: one of them is in force on the day. Unit: 是否.
-- Inputs: usable_permits. $as_of. The deciding row is the permit that runs longest.
SELECT enterprise_id,
  CASE WHEN coalesce(status, 'valid') = 'valid' AND coalesce(valid_to, DATE '9999-12-31') >= $as_of THEN 1 ELSE 0 END AS value,
  '是否' AS unit, kind AS detail, permit_no AS document, valid_to AS occurred_on, extract, file, "row", probability
FROM usable_permits
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id
  ORDER BY coalesce(status, 'valid') = 'valid' DESC, coalesce(valid_to, DATE '9999-12-31') DESC, file, "row") = 1
