-- Registry profiles and whose they are. Grain: profile, entity. Inputs: party, $records.
SELECT DISTINCT p.profile, t.entity_id
FROM read_parquet($records) AS t
JOIN party AS p USING (extract, file, row)
WHERE t.extract = 'registry' AND t.entity_id IS NOT NULL
