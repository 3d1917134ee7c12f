-- Grain: enterprise that a word may mean, the surest first, then by rank. Inputs: enterprise, enterprise_alias, risk.
-- $word: an id, an old id, a code, or part of a name; $code: the same as codes are written.
SELECT enterprise_id, name, sign_name, uscc, street, address, tier, score, how
FROM (
  SELECT e.*, r.tier, r.score, r.rank_in_district, CASE
    WHEN e.enterprise_id = $word OR a.old_id IS NOT NULL THEN 1
    WHEN $code IN (e.uscc, e.registration_no) THEN 2
    WHEN $word IN (e.name, e.sign_name) THEN 3
    WHEN contains(e.name, $word) OR contains(coalesce(e.sign_name, ''), $word) THEN 4
  END AS how
  FROM enterprise e
  LEFT JOIN (SELECT old_id, enterprise_id FROM enterprise_alias WHERE old_id = $word) a USING (enterprise_id)
  LEFT JOIN risk r ON r.enterprise_id = e.enterprise_id
)
WHERE how IS NOT NULL
ORDER BY how, rank_in_district NULLS LAST, name, enterprise_id
