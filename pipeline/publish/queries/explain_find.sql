-- Grain: enterprise that a word may mean, the surest first. Inputs: enterprise, enterprise_alias.
-- $word: an id, an old id, a code, or part of a name; $code: the same as codes are written.
SELECT enterprise_id, name, sign_name, uscc, street, address, how
FROM (
  SELECT e.*, CASE
    WHEN e.enterprise_id = $word OR a.old_id IS NOT NULL THEN 1
    WHEN $code IN (e.uscc, e.registration_no) THEN 2
    WHEN $word IN (e.name, e.sign_name) THEN 3
    WHEN contains(e.name, $word) OR contains(coalesce(e.sign_name, ''), $word) THEN 4
  END AS how
  FROM enterprise e
  LEFT JOIN (SELECT old_id, enterprise_id FROM enterprise_alias WHERE old_id = $word) a USING (enterprise_id)
)
WHERE how IS NOT NULL
ORDER BY how, name, enterprise_id
