-- Grain: one of the first five firms of one street, the street with the highest score. Inputs: risk, enterprise,
-- evidence. Units: points and scores in hundredths; reasons are weightiest first.
WITH shown AS (
  SELECT street FROM risk WHERE street <> '街道不明' ORDER BY tier DESC, score DESC, enterprise_id LIMIT 1
), reason AS (
  SELECT enterprise_id,
    list(
      {'points': points, 'text': coalesce(text, title)}
      ORDER BY points DESC, occurred_on DESC NULLS LAST, rule_id, extract, file, row, text
    ) AS reasons
  FROM evidence GROUP BY enterprise_id
)
SELECT r.street, r.rank_in_street, r.tier, r.score, e.name, e.enterprise_id, n.reasons
FROM risk r
JOIN shown USING (street)
JOIN enterprise e USING (enterprise_id)
JOIN reason n USING (enterprise_id)
WHERE r.rank_in_street <= 5
ORDER BY r.rank_in_street
