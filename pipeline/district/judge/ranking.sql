-- Each ranking as one: average precision in millionths, and the low-end firms that it holds; ours first.
-- Grain: extract (null: all), measure. Inputs: ranked, $entities. Average precision: at each truly low-end line the share of
-- low-end lines so far, summed, over all low-end entities of the truth.
WITH counted AS (
    SELECT
        *,
        count(*) FILTER (is_low_end) OVER (
            PARTITION BY extract, measure ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS hits
    FROM ranked
),
truth AS (
    SELECT count(*) FILTER (low_end) AS low_end FROM read_parquet($entities)
)
SELECT
    c.extract,
    c.measure,
    count(*) AS ranked,
    count(*) FILTER (c.is_low_end) AS found,
    coalesce(sum((1000000 * c.hits) // c.place) FILTER (c.is_low_end), 0)::BIGINT // greatest(max(t.low_end), 1)
        AS average_precision_millionths
FROM counted AS c
CROSS JOIN truth AS t
GROUP BY c.extract, c.measure
ORDER BY c.measure = 'rank' DESC, c.extract NULLS FIRST, c.measure
