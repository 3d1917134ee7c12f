-- Which entity an enterprise identity truly is: that of its registry row, else that of most of its rows.
-- Grain: enterprise. Inputs: truth_record, record_link, $entities.
WITH told AS (
    SELECT l.enterprise_id, t.entity_id, count(*) FILTER (t.extract = 'registry') AS registry_rows, count(*) AS rows
    FROM record_link AS l
    JOIN truth_record AS t USING (extract, file, row)
    WHERE l.enterprise_id IS NOT NULL AND t.entity_id IS NOT NULL
    GROUP BY l.enterprise_id, t.entity_id
),
best AS (
    SELECT enterprise_id, entity_id
    FROM told
    QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY registry_rows DESC, rows DESC, entity_id) = 1
)
SELECT b.enterprise_id, b.entity_id, e.low_end, e.street
FROM best AS b
JOIN read_parquet($entities) AS e USING (entity_id)
