-- What becomes of each open node at a choice of thresholds: an entity, the rest that may join one another, or neither.
-- A code that the registry does not hold goes with the firm that its best node goes to.
-- Grain: unique_id. Inputs: open_node, best, $accept, $floor (probabilities), $margin (bits).
WITH accepted AS (
    SELECT n.unique_id, n.entity AS own, b.entity, b.weight
    FROM open_node AS n
    JOIN best AS b USING (unique_id)
    WHERE b.probability >= $accept AND b.ahead >= $margin AND b.ahead > 0
),
moved AS (
    SELECT own, max_by(entity, (weight, entity)) AS entity FROM accepted WHERE own IS NOT NULL GROUP BY own
)
SELECT
    n.unique_id,
    n.is_named,
    coalesce(m.entity, n.entity, t.entity, a.entity) AS entity,
    n.entity IS NULL AND coalesce(b.probability, 0) < $floor AS is_rest,
    coalesce(b.probability, 0) AS probability
FROM open_node AS n
LEFT JOIN best AS b USING (unique_id)
LEFT JOIN accepted AS a USING (unique_id)
LEFT JOIN moved AS m ON m.own = n.entity
LEFT JOIN moved AS t ON t.own = a.entity
