-- Linked rows of registered firms by their probability, in ten bins: how often the link is right.
-- Grain: bin (0: 0–0.1 … 9: 0.9–1). Input: judged_link. Mean probability in millionths.
SELECT
    least(floor(probability * 10), 9)::INTEGER AS bin,
    count(*) AS rows,
    (sum(round(probability * 1000000)::BIGINT) // count(*))::BIGINT AS mean_millionths,
    count(*) FILTER (is_right) AS right_rows
FROM judged_link
WHERE kin = 'registered' AND is_linked AND probability IS NOT NULL
GROUP BY bin
ORDER BY bin
