-- Grain: one row: groups that left their fairness band. Inputs: fairness.
SELECT '越出公平区间的群体' AS what, '组' AS unit, count(*) AS number, NULL::DATE AS oldest
FROM fairness
WHERE "outside"
