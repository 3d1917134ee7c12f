-- Grain: enterprise known to the environment office (a penalty, a project, a key list). 1: it is a key pollution source by
-- the penalty's own word or by the list, or one of its approved projects needed a full report (报告书); 0: none of these.
-- Unit: 是否.
-- Inputs: usable_env_penalties, usable_eia_approvals, usable_key_lists. $as_of. No trade makes a firm high-polluting by
-- itself, and neither is this a finding: it only stands beside the firm's own penalty. The deciding row is one that says so.
WITH word AS (
  SELECT enterprise_id, coalesce(key_source AND coalesce(standing, 'in_force') = 'in_force', false) AS is_high,
    '处罚决定记为重点污染源' AS what, decided_on AS said_on, extract, file, "row", probability
  FROM usable_env_penalties
  UNION ALL
  SELECT enterprise_id, coalesce(eia_class = 'report' AND decision = 'approved', false), '建设项目须编制环境影响报告书',
    coalesce(decided_on, extract_date), extract, file, "row", probability
  FROM usable_eia_approvals
  UNION ALL
  SELECT enterprise_id, true, '列入重点污染源名单', coalesce(listed_on, extract_date), extract, file, "row", probability
  FROM usable_key_lists WHERE list_kind = 'pollution'
)
SELECT enterprise_id, CASE WHEN is_high THEN 1 ELSE 0 END AS value, '是否' AS unit, CASE WHEN is_high THEN what END AS detail,
  CAST(NULL AS VARCHAR) AS document, said_on AS occurred_on, extract, file, "row", probability
FROM word WHERE said_on <= $as_of
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_high DESC, said_on DESC, extract, file, "row") = 1
