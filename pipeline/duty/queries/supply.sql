-- Grain: extract. Inputs: extract_status. Units: days at the night's as-of; states: distinct, sorted.
SELECT
  extract, max(extract_date) FILTER (WHERE state IN ('fresh', 'stale')) AS newest,
  min(age_days) FILTER (WHERE state IN ('fresh', 'stale')) AS age_days, list(DISTINCT state ORDER BY state) AS states
FROM extract_status
WHERE NOT coalesce(withdrawn, FALSE)
GROUP BY extract
ORDER BY extract
