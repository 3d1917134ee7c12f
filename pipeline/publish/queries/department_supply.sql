-- Grain: extract and file (file null where none came). Inputs: extract_status.
SELECT extract, file, extract_date, state, "rows", accepted, rejected, not_data, nulled_cells, reason
FROM extract_status
ORDER BY extract, extract_date DESC, file
