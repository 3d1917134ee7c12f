-- Ranks within a street have a gap, or do not follow tier, score and enterprise_id.
SELECT enterprise_id
FROM (
  SELECT enterprise_id, rank_in_street,
    row_number() OVER (PARTITION BY street ORDER BY tier DESC, score DESC, enterprise_id) AS place
  FROM risk
)
WHERE rank_in_street IS DISTINCT FROM place
