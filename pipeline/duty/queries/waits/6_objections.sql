-- Grain: one row: objections without an answer. Inputs: objection. oldest: the first day by which one must be dealt with.
SELECT '未办结的异议（日期为时限）' AS what, '件' AS unit, count(*) AS number,
  min(CASE WHEN state = 'received' THEN acknowledge_by ELSE answer_by END) AS oldest
FROM objection
WHERE state IN ('received', 'acknowledged')
