-- Grain: accepted row of an extract file. Inputs: built.record_link. Units: probability 0–1.
SELECT
  extract, file, row, record_id, enterprise_id, decision, probability, basis, superseded, previous_enterprise_id
FROM built.record_link
ORDER BY extract, file, row
