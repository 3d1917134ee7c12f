-- Grain: current row that may be one enterprise's and waits for a clerk. Inputs: review_pair, record_link.
SELECT l.extract, l.file, l.row, p.probability, p.comparisons
FROM review_pair p
JOIN record_link l USING (record_id)
WHERE p.enterprise_id = $enterprise_id AND l.decision = 'review' AND NOT l.superseded
ORDER BY p.probability DESC, l.extract, l.file, l.row
