-- Grain: record whose building or house is known (its newest row). Inputs: link_row.
SELECT record_id, premises_id
FROM link_row
WHERE premises_id IS NOT NULL
QUALIFY row_number() OVER (
  PARTITION BY record_id ORDER BY superseded, extract_date DESC, file DESC, "row" DESC
) = 1
