-- Grain: fact beside the score of one enterprise. Inputs: favourable, open_document, last_checked, review_pair.
SELECT '有利情况' AS heading, text
FROM favourable WHERE enterprise_id = $enterprise_id
UNION ALL
SELECT '未结文书', document || coalesce('，期限' || deadline::VARCHAR, '')
FROM open_document WHERE enterprise_id = $enterprise_id
UNION ALL
SELECT '最近检查', last_checked_on::VARCHAR
FROM last_checked WHERE enterprise_id = $enterprise_id AND last_checked_on IS NOT NULL
UNION ALL
SELECT '待人工核对', count(*) || '条记录可能属于本企业，未计分'
FROM review_pair WHERE enterprise_id = $enterprise_id HAVING count(*) > 0
UNION ALL
SELECT '曾用编号', old_id FROM enterprise_alias WHERE enterprise_id = $enterprise_id
UNION ALL
SELECT '未评估的规则', count(*) || '条（所需数据缺报、过期或未见本企业，不等于没有问题）'
FROM rule_outcome WHERE enterprise_id = $enterprise_id AND outcome = 'not_evaluated' HAVING count(*) > 0
ORDER BY heading, text
