-- Grain: one row: official documents still open after their deadline. Inputs: open_document, run. oldest: the first deadline.
SELECT '逾期未结的文书' AS what, '份' AS unit, count(*) AS number, min(deadline) AS oldest
FROM (SELECT DISTINCT extract, document, enterprise_id, deadline FROM open_document)
WHERE deadline < (SELECT as_of FROM run ORDER BY started_at DESC, run_id DESC LIMIT 1)
