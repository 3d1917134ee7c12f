-- Grain: department and duty. Inputs: duty_due. $week, $month: days ahead. Units: duties; days. Overdue first.
SELECT
  department, duty_told(duty, list_kind) AS what, clause, count(*) FILTER (WHERE days_over > 0) AS overdue,
  max(days_over) FILTER (WHERE days_over > 0) AS longest,
  count(*) FILTER (WHERE days_over BETWEEN -$week AND 0) AS within_week,
  count(*) FILTER (WHERE days_over BETWEEN -$month AND 0) AS within_month
FROM duty_due
GROUP BY department, what, clause
HAVING overdue + within_month > 0
ORDER BY overdue DESC, longest DESC NULLS LAST, department, what
