-- Grain: extract with current rows that may be one enterprise's and wait for a clerk. Inputs: review_pair, record_link.
SELECT l.extract, count(*) AS records
FROM review_pair p
JOIN record_link l USING (record_id)
WHERE p.enterprise_id = $enterprise_id AND l.decision = 'review' AND NOT l.superseded
GROUP BY l.extract
ORDER BY l.extract
