-- Grain: line of the last lists (of the newest earlier as-of) whose firm is not on the same street's list now.
-- Inputs: list_line_history, list_line, enterprise, enterprise_alias, risk, street_return, built.held_line. In a total order.
-- An id that another took over since is that other one. No address that lies in another street is shown.
WITH last_line AS (
  SELECT coalesce(a.enterprise_id, h.enterprise_id) AS enterprise_id, h.street, h.line, h.kind, h.tier
  FROM list_line_history h
  LEFT JOIN enterprise_alias a ON a.old_id = h.enterprise_id
  WHERE h.as_of = (SELECT max(as_of) FROM list_line_history WHERE as_of < $as_of)
  QUALIFY row_number() OVER (
    PARTITION BY h.street, coalesce(a.enterprise_id, h.enterprise_id) ORDER BY h.line
  ) = 1
), mended AS (
  SELECT coalesce(a.enterprise_id, r.enterprise_id) AS enterprise_id, r.result, r.checked_on
  FROM street_return r
  LEFT JOIN enterprise_alias a ON a.old_id = r.enterprise_id
  WHERE r.checked_on <= $as_of AND r.result <> 'pending'
  QUALIFY row_number() OVER (
    PARTITION BY coalesce(a.enterprise_id, r.enterprise_id) ORDER BY r.checked_on DESC, r.file DESC, r.row DESC
  ) = 1
)
SELECT
  p.street AS list_street, p.line, p.kind, p.tier AS tier_before, p.enterprise_id, e.name,
  CASE WHEN r.street = p.street THEN e.address END AS address, r.tier,
  e.enterprise_id IS NOT NULL AS is_known, l.enterprise_id IS NOT NULL AS is_elsewhere,
  h.enterprise_id IS NOT NULL AS is_held, m.result, m.checked_on
FROM last_line p
ANTI JOIN list_line own ON own.enterprise_id = p.enterprise_id AND own.street = p.street
LEFT JOIN list_line l ON l.enterprise_id = p.enterprise_id
LEFT JOIN enterprise e ON e.enterprise_id = p.enterprise_id
LEFT JOIN risk r ON r.enterprise_id = p.enterprise_id
LEFT JOIN built.held_line h ON h.enterprise_id = p.enterprise_id
LEFT JOIN mended m ON m.enterprise_id = p.enterprise_id
ORDER BY p.street, p.line, p.enterprise_id
