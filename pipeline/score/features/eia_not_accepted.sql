-- Grain: enterprise with any project on file at the environment office. Number of its projects that were refused, or need an
-- acceptance and failed it or never asked. Unit: 个.
-- Inputs: usable_eia_approvals. $as_of. No project on file is no breach: such a firm has no value here. The deciding row is the
-- latest of them, else the latest project.
WITH project_state AS (
  SELECT *, coalesce(decision = 'refused'
    OR (acceptance IN ('failed', 'none') AND eia_class IN ('report', 'form')), false) AS is_lacking
  FROM usable_eia_approvals
  WHERE coalesce(decided_on, extract_date) <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_lacking) OVER (PARTITION BY enterprise_id) AS value, '个' AS unit,
  CASE WHEN decision = 'refused' THEN '环评未获批准' WHEN acceptance = 'failed' THEN '环保验收未通过'
    WHEN acceptance = 'none' THEN '未申请环保验收' END AS detail,
  approval_no AS document, coalesce(decided_on, extract_date) AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_lacking) AS probability
FROM project_state
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY is_lacking DESC, coalesce(decided_on, extract_date) DESC, file, "row") = 1
