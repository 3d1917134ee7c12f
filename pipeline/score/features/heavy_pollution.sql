-- Grain: enterprise with an environmental file, a place among the key pollution sources, or an environmental penalty in three
-- years. 1: the environment office itself holds it to be a heavy polluter: its file is of the class for major impact (报告书), it
-- is a key pollution source, or a decision in force and not mended finds discharge over the limit or past the treatment. Unit: 是否.
-- Inputs: usable_eia_approvals, usable_key_lists, usable_env_penalties. $as_of. Never told by the trade, and no finding by
-- itself. The deciding row is the latest that says so, else the latest.
WITH word AS (
  SELECT enterprise_id, coalesce(eia_class = 'report' AND coalesce(decision, 'approved') = 'approved', false) AS is_heavy,
    '环评类别为报告书' AS what, approval_no AS document, coalesce(decided_on, extract_date) AS said_on, extract, file, "row", probability
  FROM usable_eia_approvals
  UNION ALL
  SELECT enterprise_id, true, '列为重点污染源', CAST(NULL AS VARCHAR), coalesce(listed_on, extract_date), extract, file, "row",
    probability
  FROM usable_key_lists WHERE list_kind = 'pollution'
  UNION ALL
  SELECT enterprise_id, coalesce(standing, 'in_force') = 'in_force' AND (coalesce(key_source, false)
      OR (coalesce(regexp_matches(offence, '超标|超总量|偷排|直排|暗管|停运|闲置'), false) AND coalesce(rectified, 'open') <> 'done')),
    CASE WHEN key_source THEN '处罚决定载明为重点污染源' ELSE '有超标或绕过治污设施排放的处罚' END, decision_no, decided_on, extract,
    file, "row", probability
  FROM usable_env_penalties WHERE decided_on > $as_of - INTERVAL 36 MONTH
)
SELECT enterprise_id, CASE WHEN is_heavy THEN 1 ELSE 0 END AS value, '是否' AS unit,
  CASE WHEN is_heavy THEN what END AS detail, document, said_on AS occurred_on, extract, file, "row", probability
FROM word
WHERE said_on <= $as_of
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY is_heavy DESC, said_on DESC, probability DESC, extract, file, "row") = 1
