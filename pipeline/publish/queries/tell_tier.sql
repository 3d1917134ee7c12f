-- Grain: tier. Inputs: risk. Units: firms.
SELECT tier, count(*) AS firms
FROM risk
GROUP BY tier
ORDER BY tier DESC
