-- Grain: one row: checks and rechecks that departments owe. Inputs: duty_owed. oldest: the first day on which one was due.
SELECT '部门逾期未做的检查、复查' AS what, '项' AS unit, count(*) AS number, min(due_on) AS oldest
FROM duty_owed
