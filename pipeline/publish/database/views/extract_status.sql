-- Grain: extract and file (file null where none came). Inputs: built.extract_status. Units: rows, cells, days.
SELECT
  extract, sender, file, sha256, state, withdrawn, extract_date, age_days, rows, accepted, rejected, not_data, superseded,
  nulled_cells, without_phone(reason) AS reason
FROM built.extract_status
ORDER BY extract, file
