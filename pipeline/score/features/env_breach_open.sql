-- Grain: enterprise with any environmental penalty in three years. Number of decisions in force that are not mended. Unit: 件.
-- Inputs: usable_env_penalties. $as_of. The deciding row is the latest of them, else the latest decision.
WITH decision AS (
  SELECT *, coalesce(rectified, 'open') <> 'done' AND closed_on IS NULL
    AND coalesce(standing, 'in_force') = 'in_force' AS is_open
  FROM usable_env_penalties
  WHERE decided_on > $as_of - INTERVAL 36 MONTH AND decided_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_open) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, decision_no AS document, decided_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_open) AS probability
FROM decision
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_open DESC, decided_on DESC, file, "row") = 1
