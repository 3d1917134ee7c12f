-- Grain: category of the plan with its title. Inputs: clause.
SELECT category, min(title) AS title FROM clause WHERE category IS NOT NULL AND title IS NOT NULL
GROUP BY category ORDER BY category
