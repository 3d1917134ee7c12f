-- Grain: duty of a department still to be done, overdue or not: a check of a firm on its key list, a recheck of an order, the
-- filing of a complaint. Inputs: built.duty_due. Unit of days_over: days, below zero before the day. No firm's fault.
SELECT department, enterprise_id, duty, list_kind, clause, document, last_checked_on, due_on, days_over, extract, file, row
FROM built.duty_due
ORDER BY department, days_over DESC, enterprise_id, extract, file, row
