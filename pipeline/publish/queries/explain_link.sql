-- Grain: current row linked to one enterprise. Inputs: record_link. Newest files first within an extract.
SELECT extract, file, row, decision, probability, basis
FROM record_link
WHERE enterprise_id = $enterprise_id AND NOT superseded
ORDER BY extract, file DESC, row
