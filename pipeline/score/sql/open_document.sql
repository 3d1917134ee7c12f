-- Grain: enterprise and open document. Official orders that nobody has closed yet, with their deadline.
-- Inputs: usable_<extract>. Documents under review, revoked or repaired are not among them.
WITH opened AS (
  SELECT enterprise_id, extract, document_no AS document, rectify_by AS deadline FROM usable_safety_inspections
  WHERE recheck IS DISTINCT FROM 'passed' AND closed_on IS NULL
    AND coalesce(standing, 'in_force') = 'in_force' AND (severity IS NOT NULL OR suspended)
  UNION ALL
  SELECT enterprise_id, extract, decision_no, rectify_by FROM usable_env_penalties
  WHERE rectified IN ('open', 'overdue') AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force'
  UNION ALL
  SELECT enterprise_id, extract, case_no, rectify_by FROM usable_street_cases
  WHERE rectified IN ('open', 'overdue') AND closed_on IS NULL AND coalesce(standing, 'in_force') = 'in_force'
  UNION ALL
  SELECT enterprise_id, extract, case_no, CAST(NULL AS DATE) FROM usable_labour_cases
  WHERE filed_on IS NOT NULL AND closed_on IS NULL AND outcome IN ('open', 'refused')
    AND coalesce(standing, 'in_force') = 'in_force'
)
SELECT DISTINCT enterprise_id, extract, document, deadline FROM opened
ORDER BY enterprise_id, deadline, document, extract
