-- Grain: street and outcome of what its office answered; of each firm the last answer that says something. Inputs: street_return,
-- enterprise. $as_of, $quarter: first day of its quarter. Units: firms; in_quarter: those answered since then.
WITH last AS (
  SELECT enterprise_id, result, checked_on
  FROM street_return
  WHERE result <> 'pending' AND checked_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY checked_on DESC, file DESC, row DESC) = 1
)
SELECT coalesce(e.street, '街道不明') AS street, l.result, count(*) AS firms,
  count(*) FILTER (WHERE l.checked_on >= $quarter) AS in_quarter
FROM last l
JOIN enterprise e USING (enterprise_id)
GROUP BY ALL
ORDER BY street, result
