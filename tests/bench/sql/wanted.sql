-- Accepted rows without a usable code whose firm has an accepted registry row. Grain: extract, file, row.
-- Inputs: party (accepted rows and their profiles), $records (the truth's records).
WITH held AS (
    SELECT DISTINCT t.entity_id
    FROM read_parquet($records) AS t JOIN party USING (extract, file, row)
    WHERE t.extract = 'registry' AND t.entity_id IS NOT NULL
)
SELECT p.extract, p.file, p.row, p.profile, t.entity_id
FROM read_parquet($records) AS t
JOIN party AS p USING (extract, file, row)
JOIN held USING (entity_id)
WHERE t.extract <> 'registry' AND NOT t.usable_code
