-- Grain: fault of a row or cell that was not accepted. Inputs: built.rejected_row. Values are masked.
SELECT
  extract, file, row, "column", scope, reason, without_phone(value) AS value, record_id, corrected_file, corrected_row
FROM built.rejected_row
ORDER BY ALL
