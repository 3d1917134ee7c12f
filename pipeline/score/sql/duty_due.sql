-- Grain: duty of a department that is still to be done, overdue or not: a check of a firm, once for each key list; the recheck of
-- an order that nobody made; the filing of a complaint. Inputs: usable_key_lists, usable_safety_inspections,
-- usable_env_penalties, usable_street_cases, usable_labour_cases, filing_due. $as_of. Unit of days_over: 天, below zero before the day.
-- Cadence of the plan, by calendar: key pollution sources are checked each quarter (IV.1.2.b), key firms of safety and fire
-- each month (IV.1.4), those of labour disputes each month (IV.1.3). A check in one period makes the next due by the end of
-- the next period. The last check is the list's own, or a later document of the same office. The list beside slopes has none.
-- A complaint is filed as a case within five working days (IV.1.3), as `filing_due` counts them.
WITH document AS (
  SELECT enterprise_id, kind AS list_kind, max(greatest(inspected_on, coalesce(rechecked_on, inspected_on))) AS checked_on
  FROM usable_safety_inspections
  WHERE kind IS NOT NULL AND greatest(inspected_on, coalesce(rechecked_on, inspected_on)) <= $as_of
  GROUP BY enterprise_id, kind
),
listed AS (
  SELECT k.enterprise_id, k.list_kind, k.extract, k.file, k."row", coalesce(k.listed_on, k.extract_date) AS listed_on,
    greatest(CASE WHEN k.last_checked_on <= $as_of THEN k.last_checked_on END, d.checked_on) AS last_checked_on
  FROM usable_key_lists k
  LEFT JOIN document d ON d.enterprise_id = k.enterprise_id AND d.list_kind = k.list_kind
  WHERE k.list_kind IN ('pollution', 'work_safety', 'fire', 'labour')
),
due AS (
  SELECT CASE list_kind WHEN 'pollution' THEN '区环保水务局' WHEN 'work_safety' THEN '区安监局'
      WHEN 'fire' THEN '罗湖消防监管大队' ELSE '区人力资源局' END AS department,
    enterprise_id, 'check' AS duty, list_kind,
    CASE list_kind WHEN 'pollution' THEN 'IV.1.2.b' WHEN 'labour' THEN 'IV.1.3' ELSE 'IV.1.4' END AS clause,
    CAST(NULL AS VARCHAR) AS document, last_checked_on,
    CASE list_kind WHEN 'pollution'
        THEN CAST(date_trunc('quarter', coalesce(last_checked_on, listed_on)) + INTERVAL 6 MONTH - INTERVAL 1 DAY AS DATE)
      ELSE CAST(date_trunc('month', coalesce(last_checked_on, listed_on)) + INTERVAL 2 MONTH - INTERVAL 1 DAY AS DATE)
      END AS due_on, extract, file, "row"
  FROM listed
  UNION ALL
  SELECT CASE kind WHEN 'fire' THEN '罗湖消防监管大队' ELSE '区安监局' END, enterprise_id, 'recheck', NULL, 'IV.1.4',
    document_no, inspected_on, rectify_by, extract, file, "row"
  FROM usable_safety_inspections
  WHERE coalesce(recheck, 'pending') = 'pending' AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force'
  UNION ALL
  SELECT '区环保水务局', enterprise_id, 'recheck', NULL, 'IV.1.2', decision_no, decided_on, rectify_by, extract, file, "row"
  FROM usable_env_penalties
  WHERE coalesce(rectified, 'open') = 'open' AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force'
  UNION ALL
  SELECT '区城管局', enterprise_id, 'recheck', NULL, 'IV.1.1', case_no, opened_on, rectify_by, extract, file, "row"
  FROM usable_street_cases
  WHERE coalesce(rectified, 'open') = 'open' AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force'
  UNION ALL
  SELECT '区人力资源局', enterprise_id, 'file', NULL, 'IV.1.3', case_no, NULL, due_on, extract, file, "row"
  FROM usable_labour_cases JOIN filing_due USING (received_on)
  WHERE received_on <= $as_of AND filed_on IS NULL AND closed_on IS NULL AND coalesce(outcome, 'open') = 'open'
)
SELECT department, enterprise_id, duty, list_kind, clause, document, last_checked_on, due_on, $as_of - due_on AS days_over,
  extract, file, "row"
FROM due WHERE due_on IS NOT NULL
ORDER BY department, days_over DESC, enterprise_id, extract, file, "row"
