-- Grain: extract and how sure its current rows are one enterprise's. Inputs: record_link. Unit of lowest: probability 0–1.
SELECT extract, decision, count(*) AS records, min(probability) AS lowest
FROM record_link
WHERE enterprise_id = $enterprise_id AND NOT superseded AND decision IN ('certain', 'probable')
GROUP BY extract, decision
ORDER BY extract, decision
