-- How many of each street's first ten and first fifty are truly low-end.
-- Grain: street. Inputs: ranked, risk.
SELECT
    coalesce(r.street, '街道不明') AS street,
    count(*) FILTER (r.rank_in_street <= 10) AS first_ten,
    count(*) FILTER (r.rank_in_street <= 10 AND k.is_low_end) AS ten_right,
    count(*) FILTER (r.rank_in_street <= 50) AS first_fifty,
    count(*) FILTER (r.rank_in_street <= 50 AND k.is_low_end) AS fifty_right
FROM ranked AS k
JOIN risk AS r USING (enterprise_id)
WHERE k.measure = 'rank'
GROUP BY ALL
ORDER BY street
