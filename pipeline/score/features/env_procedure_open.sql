-- Grain: enterprise with any environmental penalty in two years. Number of decisions in force for building or producing
-- without approval or acceptance, or for process or discharge added without it, that are not mended. Unit: 件.
-- Inputs: usable_env_penalties. $as_of. The deciding row is the latest of them, else the latest decision.
WITH decision AS (
  SELECT *, coalesce(regexp_matches(offence, '未批|未验|三同时|擅自增'), false) AND coalesce(rectified, 'open') = 'open'
    AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force' AS is_open
  FROM usable_env_penalties
  WHERE decided_on > $as_of - INTERVAL 24 MONTH AND decided_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_open) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CASE WHEN is_open THEN offence END AS detail, decision_no AS document, decided_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_open) AS probability
FROM decision
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_open DESC, decided_on DESC, file, "row") = 1
