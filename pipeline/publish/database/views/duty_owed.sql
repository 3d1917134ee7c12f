-- Grain: duty that a department owes: a check of a firm on its key list that is overdue, or an order that nobody rechecked.
-- Inputs: built.duty_owed. Unit of days_over: days. A debt of the department; it adds nothing to a firm's score.
SELECT department, enterprise_id, duty, list_kind, clause, document, last_checked_on, due_on, days_over, extract, file, row
FROM built.duty_owed
ORDER BY department, days_over DESC, enterprise_id, extract, file, row
