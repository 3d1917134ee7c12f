-- Grain: enterprise whose tier differs between two scorings. rules: all that count for it on either side; reasons: those
-- whose points differ.
-- Inputs: old_risk, new_risk, rule_points, enterprise.
WITH rule_change AS (
  SELECT enterprise_id, rule_id, max(points) FILTER (WHERE side = 'old') AS before,
    max(points) FILTER (WHERE side = 'new') AS after
  FROM rule_points GROUP BY enterprise_id, rule_id
),
why AS (
  SELECT enterprise_id, list(rule_id ORDER BY rule_id) AS rules,
    list({'rule_id': rule_id, 'before': CAST(before AS VARCHAR), 'after': CAST(after AS VARCHAR)}
      ORDER BY abs(coalesce(after, 0) - coalesce(before, 0)) DESC, rule_id)
      FILTER (WHERE before IS DISTINCT FROM after) AS reasons
  FROM rule_change GROUP BY enterprise_id
)
SELECT coalesce(n.street, o.street, '街道不明') AS street, e.enterprise_id,
  coalesce(e.name, e.sign_name, '名称不详') AS name, o.tier AS tier_before, n.tier AS tier_after,
  CAST(o.score AS VARCHAR) AS score_before, CAST(n.score AS VARCHAR) AS score_after,
  w.rules, coalesce(w.reasons, []) AS reasons
FROM old_risk o
FULL JOIN new_risk n ON n.enterprise_id = o.enterprise_id
JOIN enterprise e ON e.enterprise_id = coalesce(o.enterprise_id, n.enterprise_id)
LEFT JOIN why w ON w.enterprise_id = e.enterprise_id
WHERE o.tier IS DISTINCT FROM n.tier
ORDER BY street, greatest(coalesce(o.score, 0), coalesce(n.score, 0)) DESC, e.enterprise_id
