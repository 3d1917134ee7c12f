-- Grain: enterprise with evidence. Categories by the strict reading only, and the departments that have a part.
-- Inputs: evidence, firm_lead, rule_department.
WITH category AS (
  SELECT enterprise_id, list(DISTINCT category ORDER BY category) AS categories
  FROM evidence WHERE reading = 'strict' GROUP BY enterprise_id
),
department AS (
  SELECT DISTINCT e.enterprise_id, d.department
  FROM evidence e
  JOIN firm_lead l ON l.enterprise_id = e.enterprise_id
  JOIN rule_department d ON d.rule_id = e.rule_id
  WHERE d.department <> l.lead_department
),
others AS (
  SELECT enterprise_id, list(department ORDER BY department) AS other_departments
  FROM department GROUP BY enterprise_id
)
SELECT l.enterprise_id, coalesce(c.categories, []) AS categories, coalesce(o.other_departments, []) AS other_departments
FROM firm_lead l
LEFT JOIN category c ON c.enterprise_id = l.enterprise_id
LEFT JOIN others o ON o.enterprise_id = l.enterprise_id
