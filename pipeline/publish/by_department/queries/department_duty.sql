-- Grain: department, duty and key list of what is owed, the longest overdue first. Inputs: duty_owed, enterprise.
-- Units: duties in owed, days in longest. Examples are the $most longest overdue. A debt of the department's own.
WITH numbered AS (
  SELECT d.*, e.name,
    duty_told(d.duty, d.list_kind) AS what,
    count(*) OVER alike AS owed, max(d.days_over) OVER alike AS longest,
    row_number() OVER (alike ORDER BY d.days_over DESC, d.enterprise_id, d.extract, d.file, d."row") AS place
  FROM duty_owed d JOIN enterprise e ON e.enterprise_id = d.enterprise_id
  WINDOW alike AS (PARTITION BY d.department, d.duty, d.list_kind)
)
SELECT department, what, clause, owed, longest,
  list({'name': name, 'document': document, 'checked_on': last_checked_on, 'due_on': due_on, 'days': days_over}
    ORDER BY place) AS examples
FROM numbered
WHERE place <= $most
GROUP BY department, what, clause, owed, longest
ORDER BY department, longest DESC, what
