-- The points of an enterprise's evidence do not add up to its score.
SELECT r.enterprise_id
FROM risk r
LEFT JOIN (SELECT enterprise_id, sum(points) AS points FROM evidence GROUP BY enterprise_id) e
  USING (enterprise_id)
WHERE r.score IS DISTINCT FROM coalesce(e.points, 0)
