-- Distinct sets of normalised columns outside the registry. Grain: node; its number is its smallest profile. Input: look.
SELECT min(profile) AS node_id, * EXCLUDE (profile, firm)
FROM look
WHERE firm < 0
GROUP BY ALL
ORDER BY node_id
