-- Grain: department, duty and key list of what is owed, the longest overdue first. Inputs: duty_owed, enterprise.
-- Units: duties in owed, days in longest. Examples are the $most longest overdue. A debt of the department's own.
WITH numbered AS (
  SELECT d.*, e.name,
    CASE d.duty WHEN 'recheck' THEN '责令整改期限已过，尚未复查'
      ELSE CASE d.list_kind WHEN 'pollution' THEN '重点污染源，每季度现场检查至少一次'
        WHEN 'work_safety' THEN '安全生产重点企业，每月现场检查至少一次' WHEN 'fire' THEN '消防重点单位，每月现场检查至少一次'
        ELSE '劳资纠纷重点企业，每月巡查一次' END END AS what,
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
