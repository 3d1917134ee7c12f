-- Grain: firm that entered or left tiers C and D, or went from one to the other, since the last published night of an earlier
-- as-of. Inputs: risk, risk_history, enterprise_alias, enterprise. Units: scores 0–100 in hundredths; null where it had none.
-- An identity that was joined to another since is that other one, at the higher of its tiers.
WITH before AS (
  SELECT coalesce(a.enterprise_id, h.enterprise_id) AS enterprise_id, max(h.tier) AS tier, max(h.score) AS score,
    max(h.street) AS street
  FROM risk_history h
  LEFT JOIN enterprise_alias a ON a.old_id = h.enterprise_id
  WHERE h.as_of = (SELECT max(as_of) FROM risk_history WHERE as_of < $as_of)
  GROUP BY ALL
), moved AS (
  SELECT enterprise_id, coalesce(r.street, b.street) AS street, b.tier AS tier_before, r.tier AS tier,
    b.score AS score_before, r.score AS score,
    CASE
      WHEN coalesce(b.tier, 'A') < 'C' AND r.tier >= 'C' THEN 'new'
      WHEN b.tier >= 'C' AND coalesce(r.tier, 'A') < 'C' THEN 'gone'
      WHEN b.tier = 'C' AND r.tier = 'D' THEN 'up'
      WHEN b.tier = 'D' AND r.tier = 'C' THEN 'down'
    END AS move
  FROM before b
  FULL JOIN risk r USING (enterprise_id)
)
SELECT m.move, m.street, m.enterprise_id, e.name, m.tier_before, m.tier, m.score_before, m.score
FROM moved m
LEFT JOIN enterprise e USING (enterprise_id)
WHERE m.move IS NOT NULL AND EXISTS (SELECT 1 FROM before)
ORDER BY m.move, abs(coalesce(m.score, 0) - coalesce(m.score_before, 0)) DESC, m.enterprise_id
