-- Grain: extract and file (file null where none came). Inputs: extract_status. Units: days, rows, cells.
SELECT extract, sender, file, extract_date, age_days, state, "rows", accepted, rejected, not_data, nulled_cells, reason
FROM extract_status
ORDER BY extract, sender NULLS FIRST, extract_date DESC, file
