-- The two best entities of each open node; two different valid codes never meet. Grain: unique_id.
-- Inputs: scored, firm_look, open_node. Weights in bits.
WITH by_entity AS (
    SELECT s.unique_id_r AS unique_id, v.entity, max(s.match_weight) AS weight, max(s.match_probability) AS probability
    FROM scored AS s
    JOIN firm_look AS v ON v.unique_id = s.unique_id_l
    JOIN open_node AS n ON n.unique_id = s.unique_id_r
    WHERE NOT coalesce(n.uscc <> v.uscc, false)
        AND NOT coalesce(n.org <> v.org, false)
        AND (n.entity IS NULL OR starts_with(v.entity, 'F'))
    GROUP BY ALL
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY unique_id ORDER BY weight DESC, entity) AS place FROM by_entity
)
SELECT
    unique_id,
    max(entity) FILTER (place = 1) AS entity,
    max(probability) FILTER (place = 1) AS probability,
    max(weight) FILTER (place = 1) AS weight,
    max(weight) FILTER (place = 1) - coalesce(max(weight) FILTER (place = 2), -1000) AS ahead
FROM ranked
WHERE place <= 2
GROUP BY unique_id
