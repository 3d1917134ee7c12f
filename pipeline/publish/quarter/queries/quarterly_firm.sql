-- Grain: firm that stood on a list, or was answered for, from $first to $last. Inputs: list_line_history, street_return,
-- enterprise, enterprise_alias. $known: the newest day that the warehouse knows; later visits are misprints.
-- A visit counts once however often it was handed in; the last answer that says something stands for the firm.
WITH line AS (
  SELECT coalesce(a.enterprise_id, l.enterprise_id) AS enterprise_id, l.as_of, l.street, l.kind
  FROM list_line_history l LEFT JOIN enterprise_alias a ON a.old_id = l.enterprise_id
  WHERE l.as_of <= $last
), visit AS (
  SELECT coalesce(a.enterprise_id, r.enterprise_id) AS enterprise_id, r.result, r.checked_on
  FROM street_return r LEFT JOIN enterprise_alias a ON a.old_id = r.enterprise_id
  WHERE r.result IS NOT NULL AND r.checked_on <= least($last, $known)
  QUALIFY row_number() OVER (
    PARTITION BY coalesce(a.enterprise_id, r.enterprise_id), r.checked_on
    ORDER BY r.result = 'pending', r.extract_date DESC, r.file DESC, r.row DESC
  ) = 1
), listed AS (
  SELECT enterprise_id,
    min(as_of) AS first_listed_on,
    max(as_of) AS last_listed_on,
    coalesce(bool_or(as_of >= $first), false) AS is_listed,
    arg_max(street, as_of) AS street,
    arg_max(kind, as_of) = 'random' AS is_random
  FROM line GROUP BY enterprise_id
), answered AS (
  SELECT enterprise_id,
    count(*) FILTER (WHERE checked_on >= $first AND result <> 'pending') AS visits,
    arg_max(result, checked_on) FILTER (WHERE checked_on >= $first AND result <> 'pending') AS result,
    max(checked_on) FILTER (WHERE checked_on >= $first AND result <> 'pending') AS checked_on,
    coalesce(bool_or(checked_on >= $first AND result = 'pending'), false) AS is_pending,
    coalesce(bool_or(checked_on < $first AND result <> 'pending'), false) AS was_checked
  FROM visit GROUP BY enterprise_id
)
SELECT
  coalesce(l.enterprise_id, a.enterprise_id) AS enterprise_id, e.name, e.uscc, e.address,
  coalesce(l.street, e.street) AS street,
  coalesce(l.is_listed, false) AS is_listed,
  coalesce(l.is_random, false) AS is_random,
  CASE WHEN l.is_listed THEN l.first_listed_on END AS first_listed_on,
  CASE WHEN l.is_listed THEN l.last_listed_on END AS last_listed_on,
  coalesce(a.visits, 0) AS visits, a.result, a.checked_on,
  coalesce(a.is_pending, false) AS is_pending,
  coalesce(a.was_checked, false) AS was_checked,
  coalesce(l.first_listed_on < $first, false) AS is_overdue
FROM listed l
FULL JOIN answered a USING (enterprise_id)
LEFT JOIN enterprise e ON e.enterprise_id = coalesce(l.enterprise_id, a.enterprise_id)
WHERE coalesce(l.is_listed, false) OR a.visits > 0 OR a.is_pending
ORDER BY street, enterprise_id
