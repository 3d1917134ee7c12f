-- Grain: answered line of a past list, with its place among the ranked lines of that list (null for a random check).
-- Inputs: answered_line, list_line_history (published views). Pending answers say nothing yet.
WITH placed AS (
  SELECT as_of, enterprise_id, row_number() OVER (PARTITION BY as_of, street ORDER BY line) AS place
  FROM list_line_history WHERE kind = 'ranked'
)
SELECT a.as_of, a.street, a.enterprise_id, a.kind, p.place, a.rules, a.result, a.borne_out
FROM answered_line a
LEFT JOIN placed p ON p.as_of = a.as_of AND p.enterprise_id = a.enterprise_id
WHERE a.result <> 'pending'
ORDER BY a.as_of, a.street, p.place, a.enterprise_id
