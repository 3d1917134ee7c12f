-- Ranks within the district have a gap, or do not follow tier, score and enterprise_id.
SELECT enterprise_id
FROM (
  SELECT enterprise_id, rank_in_district,
    row_number() OVER (ORDER BY tier DESC, score DESC, enterprise_id) AS place
  FROM risk
)
WHERE rank_in_district IS DISTINCT FROM place
