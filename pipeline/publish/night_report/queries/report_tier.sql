-- Grain: street and tier. Inputs: risk. Units: firms.
SELECT street, tier, count(*) AS firms
FROM risk
GROUP BY street, tier
ORDER BY street, tier
