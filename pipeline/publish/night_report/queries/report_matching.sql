-- Grain: extract and decision. Inputs: record_link. Units: current rows.
SELECT extract, decision, count(*) AS rows
FROM record_link
WHERE NOT superseded
GROUP BY extract, decision
ORDER BY extract, decision
