-- A night's links, where open pairs from a probability on count as links. Grain: row.
-- Inputs: made.record_link, made.review_pair (a night's own); $taken: from which probability.
WITH best AS (
    SELECT record_id, max_by(enterprise_id, (probability, enterprise_id)) AS enterprise_id
    FROM made.review_pair
    WHERE probability >= $taken
    GROUP BY record_id
)
SELECT
    l.* REPLACE (
        CASE WHEN b.record_id IS NULL THEN l.enterprise_id ELSE b.enterprise_id END AS enterprise_id,
        CASE WHEN b.record_id IS NULL THEN l.decision ELSE 'probable' END AS decision
    )
FROM made.record_link AS l
LEFT JOIN best AS b ON b.record_id = l.record_id AND l.decision = 'review'
