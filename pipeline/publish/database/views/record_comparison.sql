-- Grain: current record that was linked by comparing it. Inputs: built.record_comparison. Units: probability 0–1, weights in
-- thousandths of a bit.
SELECT record_id, enterprise_id, probability, comparisons
FROM built.record_comparison
ORDER BY record_id
