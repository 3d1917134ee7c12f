-- Pairs of rows that are one entity, that were taken for one, and that are both; for rows of no registry firm.
-- Grain: kin. Input: judged_link. A pair is two rows; rows without an enterprise_id make no pair.
WITH entity AS (
    SELECT kin, entity_id, count(*) AS n FROM judged_link GROUP BY kin, entity_id
),
enterprise AS (
    SELECT kin, enterprise_id, count(*) AS n FROM judged_link WHERE is_linked GROUP BY kin, enterprise_id
),
agreed AS (
    SELECT kin, entity_id, enterprise_id, count(*) AS n FROM judged_link WHERE is_linked
    GROUP BY kin, entity_id, enterprise_id
),
counted AS (
    SELECT kin, count(*) AS rows, count(*) FILTER (is_given_to_registered) AS given FROM judged_link GROUP BY kin
)
SELECT
    c.kin,
    c.rows,
    c.given,
    (SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM entity AS e WHERE e.kin = c.kin) AS true_pairs,
    (SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM enterprise AS e WHERE e.kin = c.kin) AS made_pairs,
    (SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM agreed AS e WHERE e.kin = c.kin) AS right_pairs
FROM counted AS c
WHERE c.kin IN ('unregistered', 'registered elsewhere')
ORDER BY c.kin
