-- Grain: enterprise and favourable fact. What speaks for a firm, beside what speaks against it.
-- Inputs: usable_<extract>, enterprise, answer, return_meaning, objection. $as_of: the day; facts of the last two years. No amounts.
WITH said AS (
  SELECT enterprise_id, 1 AS kind, '商事登记在册' AS text FROM enterprise
  WHERE registration_state = 'registered' AND status = 'active'
  UNION ALL
  SELECT enterprise_id, 2, '纳税信用A级' FROM usable_tax
  WHERE credit_grade = 'A' AND period_end > $as_of - INTERVAL 24 MONTH
  UNION ALL
  SELECT enterprise_id, 3, concat('持有有效许可：', kind) FROM usable_permits
  WHERE status = 'valid' AND valid_to >= $as_of
  UNION ALL
  SELECT enterprise_id, 4, concat('隐患复查合格（', document_no, '）') FROM usable_safety_inspections
  WHERE recheck = 'passed' AND inspected_on > $as_of - INTERVAL 24 MONTH
  UNION ALL
  SELECT enterprise_id, 5, concat('环境违法已整改（', decision_no, '）') FROM usable_env_penalties
  WHERE rectified = 'done' AND decided_on > $as_of - INTERVAL 24 MONTH
  UNION ALL
  SELECT enterprise_id, 6, concat('占道或搭建已整改（', case_no, '）') FROM usable_street_cases
  WHERE rectified = 'done' AND opened_on > $as_of - INTERVAL 24 MONTH
  UNION ALL
  SELECT enterprise_id, 7, concat('劳动案件已支付或整改（', case_no, '）') FROM usable_labour_cases
  WHERE outcome = 'settled' AND filed_on > $as_of - INTERVAL 24 MONTH
  UNION ALL
  SELECT enterprise_id, 8, '环保竣工验收合格' FROM usable_eia_approvals
  WHERE acceptance = 'passed'
  UNION ALL
  SELECT a.enterprise_id, 9, concat('街道核查（', CAST(a.checked_on AS VARCHAR), '）：', m.word)
  FROM answer a JOIN return_meaning m ON m.result = a.result
  WHERE m.favourable AND a.checked_on > $as_of - INTERVAL 24 MONTH
  UNION ALL
  SELECT enterprise_id, 10, concat('企业提出异议（', CAST(received_on AS VARCHAR), '），正在核查，有关记录存在争议')
  FROM objection WHERE state IN ('received', 'acknowledged')
)
SELECT DISTINCT enterprise_id, kind, text FROM said
WHERE text IS NOT NULL
ORDER BY enterprise_id, kind, text
