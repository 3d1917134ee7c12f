-- Grain: current record that waits for a clerk, and firm that it may be. Inputs: review_pair, record_link, enterprise,
-- correction. Verdict: what a clerk said of the pair and what still holds.
SELECT
  p.record_id, p.enterprise_id, p.probability, p.comparisons, l.extract, l.file, l.row,
  e.name, e.sign_name, coalesce(e.uscc, e.registration_no) AS code, e.address, e.street, e.registration_state,
  j.kind AS verdict
FROM review_pair p
JOIN record_link l USING (record_id)
JOIN enterprise e ON e.enterprise_id = p.enterprise_id
LEFT JOIN correction j ON j.record_id = p.record_id AND j.enterprise_id = p.enterprise_id AND j.is_in_force
WHERE l.decision = 'review' AND NOT l.superseded
ORDER BY p.record_id, p.enterprise_id
