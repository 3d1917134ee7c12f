-- Grain: street. Inputs: duty_due, list_line, street_return, enterprise. $as_of, $quarter: first day of its quarter; $month: days
-- ahead. Units: duties of departments to firms there; lines of tonight's list, and those of them that the office answered in
-- the quarter.
WITH duty AS (
  SELECT coalesce(e.street, '街道不明') AS street, count(*) FILTER (WHERE d.days_over > 0) AS overdue,
    count(*) FILTER (WHERE d.days_over BETWEEN -$month AND 0) AS within_month
  FROM duty_due d
  JOIN enterprise e USING (enterprise_id)
  GROUP BY ALL
), answered AS (
  SELECT DISTINCT enterprise_id FROM street_return
  WHERE result <> 'pending' AND checked_on BETWEEN $quarter AND $as_of
), listed AS (
  SELECT l.street, count(*) AS lines, count(a.enterprise_id) AS answered
  FROM list_line l
  LEFT JOIN answered a USING (enterprise_id)
  GROUP BY ALL
)
SELECT street, coalesce(overdue, 0) AS overdue, coalesce(within_month, 0) AS within_month, coalesce(lines, 0) AS lines,
  coalesce(answered, 0) AS answered
FROM duty
FULL JOIN listed USING (street)
ORDER BY street
