-- Grain: extract and file. Inputs: extract_status. Units: rows, cells, days.
SELECT extract, sender, file, state, extract_date, rows, accepted, rejected, not_data, nulled_cells, reason
FROM extract_status
ORDER BY extract, extract_date DESC NULLS LAST, file
