-- Grain: current record that was linked by comparing it. Inputs: compared_record (its pattern), comparison_pattern (each
-- distinct list of comparisons once). Units: probability 0–1, weights in thousandths of a bit.
SELECT r.record_id, r.enterprise_id, r.probability, p.comparisons
FROM compared_record r
JOIN comparison_pattern p USING (pattern)
