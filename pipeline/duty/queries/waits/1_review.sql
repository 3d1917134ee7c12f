-- Grain: one row: records that wait for a clerk. Inputs: review_pair, record_link, extract_status.
-- oldest: extract date of the oldest file that such a record came in.
SELECT '待人工确认的匹配' AS what, '条记录' AS unit, count(DISTINCT p.record_id) AS number, min(s.extract_date) AS oldest
FROM review_pair p
LEFT JOIN record_link l ON l.record_id = p.record_id AND NOT l.superseded
LEFT JOIN extract_status s ON s.extract = l.extract AND s.file = l.file
