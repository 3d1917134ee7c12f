-- Grain: accepted row of an identifying extract, by extract, file, row: link_row stands in that order. Probabilities 0–1, six digits.
SELECT
  extract, file, "row", record_id, enterprise_id, decision, probability, basis, superseded, previous_enterprise_id
FROM link_row
