-- Grain: enterprise. The last day that any department looked at it; shown, never scored.
-- Inputs: usable_<extract>, answer. $as_of: later days are misprints.
WITH looked AS (
  SELECT enterprise_id, inspected_on AS checked_on, extract FROM usable_grid
  UNION ALL SELECT enterprise_id, greatest(inspected_on, rechecked_on), extract FROM usable_safety_inspections
  UNION ALL SELECT enterprise_id, last_checked_on, extract FROM usable_key_lists
  UNION ALL SELECT enterprise_id, checked_on, extract FROM answer
)
SELECT enterprise_id, checked_on AS last_checked_on, extract
FROM looked WHERE checked_on <= $as_of
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY checked_on DESC, extract) = 1
ORDER BY enterprise_id
