-- Grain: enterprise with an order of any enforcing office in two years. Number of offices (fire, work safety, environment, city
-- management) whose order to rectify it failed: recheck failed, or overdue. Unit: 个.
-- Inputs: usable_safety_inspections, usable_env_penalties, usable_street_cases. $as_of. Documents under review, revoked or
-- repaired do not count. The deciding row is the latest such order, else the latest document.
WITH document AS (
  SELECT enterprise_id, CASE kind WHEN 'fire' THEN '消防' WHEN 'work_safety' THEN '安监' END AS office, document_no AS document,
    inspected_on AS given_on, recheck = 'failed' AS is_failed, standing, extract, file, "row", probability
  FROM usable_safety_inspections
  UNION ALL
  SELECT enterprise_id, '环保', decision_no, decided_on, rectified = 'overdue', standing, extract, file, "row", probability
  FROM usable_env_penalties
  UNION ALL
  SELECT enterprise_id, '城管', case_no, opened_on, rectified = 'overdue', standing, extract, file, "row", probability
  FROM usable_street_cases
),
judged AS (
  SELECT *, coalesce(is_failed AND office IS NOT NULL AND coalesce(standing, 'in_force') = 'in_force', false) AS counts
  FROM document WHERE given_on > $as_of - INTERVAL 24 MONTH AND given_on <= $as_of
),
firm AS (
  SELECT enterprise_id, count(DISTINCT office) FILTER (WHERE counts) AS value,
    string_agg(DISTINCT office, '、' ORDER BY office) FILTER (WHERE counts) AS offices, min(probability) AS probability
  FROM judged GROUP BY enterprise_id
)
SELECT j.enterprise_id, f.value, '个' AS unit, f.offices AS detail, j.document, j.given_on AS occurred_on, j.extract, j.file,
  j."row", f.probability
FROM judged j JOIN firm f ON f.enterprise_id = j.enterprise_id
QUALIFY row_number() OVER (
  PARTITION BY j.enterprise_id ORDER BY j.counts DESC, j.given_on DESC, j.extract, j.file, j."row") = 1
