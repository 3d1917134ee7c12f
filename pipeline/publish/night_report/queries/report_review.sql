-- Grain: one row. Inputs: review_pair, record_link, extract_status. $as_of. Units: records that wait for a clerk; possible
-- matches of them; the extract date of the oldest file that such a record came in, and its age in days; null if none waits.
SELECT count(DISTINCT p.record_id) AS records, count(*) AS pairs, min(s.extract_date) AS oldest,
  $as_of - min(s.extract_date) AS age_days
FROM review_pair p
JOIN record_link l ON l.record_id = p.record_id AND l.decision = 'review' AND NOT l.superseded
LEFT JOIN extract_status s ON s.extract = l.extract AND s.file = l.file
