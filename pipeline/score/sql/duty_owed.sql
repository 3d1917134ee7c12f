-- Grain: duty that a department owes: what of duty_due is overdue. It is the department's debt: it is shown to the department,
-- and never in a firm's score. Inputs: duty_due. Unit of days_over: 天.
SELECT department, enterprise_id, duty, list_kind, clause, document, last_checked_on, due_on, days_over, extract, file, "row"
FROM duty_due WHERE days_over > 0
ORDER BY department, days_over DESC, enterprise_id, extract, file, "row"
