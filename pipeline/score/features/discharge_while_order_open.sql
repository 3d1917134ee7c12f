-- Grain: enterprise with any environmental penalty in two years. Number of decisions in force for discharge (over the limit,
-- hidden, or with the treatment plant stopped) that are not mended and were given while an earlier decision was not mended
-- either. Unit: 件.
-- Inputs: usable_env_penalties. $as_of. The deciding row is the latest of them, else the latest decision.
WITH decision AS (
  SELECT *, coalesce(rectified, 'open') <> 'done' AND closed_on IS NULL
      AND coalesce(standing, 'in_force') = 'in_force' AS is_open,
    is_open AND coalesce(regexp_matches(offence, '超标|偷排|直排|乱排|暗管|停运|闲置|倾倒'), false) AS is_discharge
  FROM usable_env_penalties
  WHERE decided_on > $as_of - INTERVAL 24 MONTH AND decided_on <= $as_of
),
followed AS (
  SELECT *, is_discharge AND coalesce(bool_or(is_open) OVER (
      PARTITION BY enterprise_id ORDER BY decided_on RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING), false)
    AS is_again
  FROM decision
)
SELECT enterprise_id, count(*) FILTER (WHERE is_again) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CASE WHEN is_again THEN offence END AS detail, decision_no AS document, decided_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id) AS probability
FROM followed
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_again DESC, decided_on DESC, file, "row") = 1
