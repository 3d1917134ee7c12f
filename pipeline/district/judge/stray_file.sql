-- Files whose sums do not agree: rows = accepted + rejected + not_data, and rows = the truth's records.
-- Grain: file. Inputs: extract_status, $records.
WITH known AS (
    SELECT extract, file, count(*) AS records FROM read_parquet($records) GROUP BY extract, file
)
SELECT k.extract, k.file
FROM known AS k
LEFT JOIN extract_status AS s ON s.extract = k.extract AND s.file = k.file
WHERE s.file IS NULL OR s.rows IS DISTINCT FROM k.records OR s.rows IS DISTINCT FROM s.accepted + s.rejected + s.not_data
ORDER BY k.extract, k.file
