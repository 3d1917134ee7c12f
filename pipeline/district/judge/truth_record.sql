-- One row per record of the truth that is data: whose it is, and whether its code can be used.
-- Grain: extract, file, row. Inputs: $records, $entities (paths of the truth's Parquet files).
SELECT
    r.extract,
    r.file,
    r.row,
    r.entity_id,
    r.kind,
    coalesce(e.registered, false) AS is_registered,
    coalesce(e.in_registry, false) AS in_registry
FROM read_parquet($records) AS r
LEFT JOIN read_parquet($entities) AS e USING (entity_id)
WHERE r.kind <> 'not_data'
