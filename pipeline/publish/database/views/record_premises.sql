-- Grain: record whose building or house is known. Inputs: built.record_premises.
SELECT record_id, premises_id
FROM built.record_premises
ORDER BY record_id
