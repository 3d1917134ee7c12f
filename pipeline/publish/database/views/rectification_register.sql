-- Grain: order to rectify that is in force, not closed, and certainly of that enterprise. Facts of documents alone, for the
-- notices of measure 19; nothing here is scored. Inputs: enterprise, built.stg_safety_inspections, built.stg_env_penalties,
-- built.stg_street_cases, built.record_link, built.extract_status. $as_of: later documents are misprints. Unit: days.
-- Of an extract without a fresh file there is nothing: its orders may have been closed since.
-- A deadline that passed without a recheck is `owed` by the department and says nothing of the firm.
WITH ordered AS (
  SELECT extract, file, row, extract_date, coalesce(kind, 'safety') AS kind,
    CASE kind WHEN 'fire' THEN '罗湖消防监管大队' WHEN 'work_safety' THEN '区安监局'
      ELSE '区安监局、罗湖消防监管大队' END AS department,
    document_no AS document, inspected_on AS issued_on, rectify_by, coalesce(recheck = 'failed', false) AS failed, standing
  FROM built.stg_safety_inspections
  WHERE NOT superseded AND closed_on IS NULL AND recheck IS DISTINCT FROM 'passed'
    AND (rectify_by IS NOT NULL OR coalesce(suspended, false))
  UNION ALL
  SELECT extract, file, row, extract_date, 'environment', '区环保水务局', decision_no, decided_on, rectify_by,
    rectified = 'overdue', standing
  FROM built.stg_env_penalties
  WHERE NOT superseded AND closed_on IS NULL AND rectified IN ('open', 'overdue')
  UNION ALL
  SELECT extract, file, row, extract_date, 'street', '区城管局', case_no, opened_on, rectify_by, rectified = 'overdue', standing
  FROM built.stg_street_cases
  WHERE NOT superseded AND closed_on IS NULL AND rectified IN ('open', 'overdue')
)
SELECT
  e.enterprise_id, e.uscc, e.name, e.street, e.address, o.kind, o.department, o.document, o.issued_on, o.rectify_by,
  CASE WHEN o.rectify_by < $as_of THEN CAST($as_of AS DATE) - o.rectify_by WHEN o.rectify_by IS NOT NULL THEN 0 END
    AS overdue_days,
  CASE WHEN o.failed THEN 'failed' WHEN o.rectify_by IS NULL THEN 'undated' WHEN o.rectify_by < $as_of THEN 'owed'
    ELSE 'running' END AS recheck,
  o.standing, o.kind IN ('environment', 'work_safety') AS named_in_plan, CAST($as_of AS DATE) AS as_of, o.extract_date,
  o.extract, o.file, o.row
FROM ordered o
JOIN built.record_link l ON l.extract = o.extract AND l.file = o.file AND l.row = o.row AND l.decision = 'certain'
JOIN enterprise e ON e.enterprise_id = l.enterprise_id
WHERE coalesce(o.standing, 'in_force') = 'in_force' AND o.issued_on <= $as_of
  AND o.extract IN (SELECT extract FROM built.extract_status WHERE state = 'fresh')
ORDER BY e.enterprise_id, o.issued_on, o.extract, o.file, o.row
