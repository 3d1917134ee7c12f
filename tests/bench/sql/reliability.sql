-- Links and open pairs of doubtful probability, in ten bins of equal mass. Grain: bin.
-- Inputs: made.record_link, made.review_pair (a night's own), truth_record, enterprise_truth.
WITH said AS (
    SELECT extract, file, row, enterprise_id, probability
    FROM made.record_link
    WHERE extract <> 'registry' AND enterprise_id IS NOT NULL
    UNION ALL
    SELECT l.extract, l.file, l.row, p.enterprise_id, p.probability
    FROM made.review_pair AS p
    JOIN made.record_link AS l ON l.record_id = p.record_id AND NOT l.superseded
),
item AS (
    SELECT
        s.probability,
        coalesce(t.entity_id = e.entity_id, false) AS is_right,
        ntile(10) OVER (ORDER BY s.probability, s.extract, s.file, s.row, s.enterprise_id) AS bin
    FROM said AS s
    JOIN truth_record AS t USING (extract, file, row)
    LEFT JOIN enterprise_truth AS e USING (enterprise_id)
    WHERE s.probability BETWEEN 0.05 AND 0.95
)
SELECT bin, count(*) AS items, avg(probability) AS mean_probability, avg(is_right::INTEGER) AS share_right
FROM item
GROUP BY bin
ORDER BY bin
