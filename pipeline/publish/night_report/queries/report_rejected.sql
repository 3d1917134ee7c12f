-- Grain: extract, column and reason. Inputs: rejected_row. Units: rows or cells.
SELECT extract, "column", scope, reason, count(*) AS cases
FROM rejected_row
GROUP BY extract, "column", scope, reason
ORDER BY scope DESC, cases DESC, extract, "column", reason
LIMIT 40
