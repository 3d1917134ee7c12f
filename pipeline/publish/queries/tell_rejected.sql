-- Grain: extract, column and reason of rejected rows, the three most frequent. Inputs: rejected_row.
SELECT extract, "column", reason, count(*) AS cases
FROM rejected_row
WHERE scope = 'row'
GROUP BY extract, "column", reason
ORDER BY cases DESC, extract, "column", reason
LIMIT 3
