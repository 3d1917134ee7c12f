-- Grain: enterprise with any environmental penalty in three years. Number of decisions in force whose clean-up it let pass
-- (rectified overdue, or the offence itself is a missed clean-up that is not mended). Unit: 件.
-- Inputs: usable_env_penalties. $as_of. The deciding row is the latest of them, else the latest decision.
WITH decision AS (
  SELECT *, coalesce(rectified = 'overdue' OR (contains(offence, '逾期') AND coalesce(rectified, 'open') <> 'done'), false)
    AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force' AS is_missed
  FROM usable_env_penalties
  WHERE decided_on > $as_of - INTERVAL 36 MONTH AND decided_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_missed) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CASE WHEN is_missed THEN offence END AS detail, decision_no AS document, decided_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_missed) AS probability
FROM decision
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_missed DESC, decided_on DESC, file, "row") = 1
