-- Every accepted row's enterprise as Splink found it. Grain: extract, file, row.
-- Inputs: record, known_node, fate, joined. A cluster founds an enterprise where one of its rows has a name or a sign.
WITH founded AS (
    SELECT j.cluster_id FROM joined AS j JOIN fate AS f USING (unique_id) GROUP BY j.cluster_id HAVING bool_or(f.is_named)
),
of_node AS (
    SELECT node_id, entity, 'certain' AS decision, 1.0 AS probability FROM known_node WHERE starts_with(entity, 'F')
    UNION ALL
    SELECT
        f.unique_id[2:]::BIGINT,
        coalesce(f.entity, 'S' || c.cluster_id),
        CASE
            WHEN f.entity IS NOT NULL THEN 'probable'
            WHEN c.cluster_id IS NOT NULL THEN 'certain'
            WHEN f.is_rest THEN 'none'
            ELSE 'review'
        END,
        CASE WHEN f.entity IS NULL AND c.cluster_id IS NOT NULL THEN 1.0 ELSE f.probability END
    FROM fate AS f
    LEFT JOIN joined AS j USING (unique_id)
    LEFT JOIN founded AS c ON c.cluster_id = j.cluster_id
)
SELECT
    r.extract,
    r.file,
    r.row,
    coalesce('F' || r.firm, n.entity) AS enterprise_id,
    CASE WHEN r.firm IS NOT NULL THEN 'certain' ELSE coalesce(n.decision, 'none') END AS decision,
    CASE WHEN r.firm IS NOT NULL THEN 1.0 ELSE coalesce(n.probability, 0)::DOUBLE END AS probability,
    r.superseded
FROM record AS r
LEFT JOIN of_node AS n USING (node_id)
ORDER BY r.extract, r.file, r.row
