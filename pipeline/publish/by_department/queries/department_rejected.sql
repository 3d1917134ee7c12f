-- Grain: row or cell that was not accepted; values as ingest masked them. Inputs: rejected_row.
SELECT extract, file, "row", "column", scope, reason, "value"
FROM rejected_row
ORDER BY extract, file, "row", "column", scope, reason
