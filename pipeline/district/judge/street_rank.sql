-- How many of each street's first ten and first fifty are truly low-end.
-- Grain: street. Input: ranked.
SELECT
    coalesce(street, '街道不明') AS street,
    count(*) FILTER (rank_in_street <= 10) AS first_ten,
    count(*) FILTER (rank_in_street <= 10 AND is_low_end) AS ten_right,
    count(*) FILTER (rank_in_street <= 50) AS first_fifty,
    count(*) FILTER (rank_in_street <= 50 AND is_low_end) AS fifty_right
FROM ranked
GROUP BY ALL
ORDER BY street
