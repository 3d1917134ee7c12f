-- Grain: firm that one rule hits, most points first. The text is of its weightiest finding.
-- Inputs: new_evidence, new_risk, old_risk, enterprise. $rule_id; $examples: how many.
WITH found AS (
  SELECT enterprise_id, sum(points) AS points, max(occurred_on) AS occurred_on,
    first(text ORDER BY points DESC, occurred_on DESC, extract, file, "row") AS text
  FROM new_evidence WHERE rule_id = $rule_id GROUP BY enterprise_id
)
SELECT f.enterprise_id, coalesce(e.name, e.sign_name, '名称不详') AS name, coalesce(e.street, '街道不明') AS street,
  CAST(f.points AS VARCHAR) AS points, f.occurred_on, o.tier AS tier_before, n.tier AS tier_after, f.text
FROM found f
JOIN enterprise e ON e.enterprise_id = f.enterprise_id
LEFT JOIN new_risk n ON n.enterprise_id = f.enterprise_id
LEFT JOIN old_risk o ON o.enterprise_id = f.enterprise_id
ORDER BY f.points DESC, f.enterprise_id
LIMIT $examples
