-- Grain: possible match waiting for a clerk. Inputs: built.review_pair. Units: probability 0–1.
SELECT record_id, enterprise_id, probability, comparisons
FROM built.review_pair
ORDER BY record_id, enterprise_id
