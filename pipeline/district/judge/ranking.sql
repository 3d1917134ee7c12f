-- The district's ranking as one: average precision in millionths, and the low-end firms that it holds.
-- Grain: one row. Inputs: ranked, $entities. Average precision: at each truly low-end line the share of low-end
-- lines so far, summed, over all low-end entities of the truth.
WITH placed AS (
    SELECT
        is_low_end,
        row_number() OVER (ORDER BY rank_in_district, enterprise_id) AS place,
        count(*) FILTER (is_low_end) OVER (
            ORDER BY rank_in_district, enterprise_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS hits
    FROM ranked
),
truth AS (
    SELECT count(*) FILTER (low_end) AS low_end FROM read_parquet($entities)
)
SELECT
    max(t.low_end) AS low_end,
    count(p.place) AS ranked,
    count(*) FILTER (p.is_low_end) AS found,
    coalesce(sum((1000000 * p.hits) // p.place) FILTER (p.is_low_end), 0)::BIGINT // greatest(max(t.low_end), 1)
        AS average_precision_millionths
FROM truth AS t
LEFT JOIN placed AS p ON true
