-- Codes that one registered firm alone bears. Grain: kind, code. Input: firm_view.
WITH said AS (
    SELECT 'uscc' AS kind, uscc AS code, firm FROM firm_view
    UNION ALL SELECT 'org', org, firm FROM firm_view
    UNION ALL SELECT 'registration', registration, firm FROM firm_view
)
SELECT kind, code, min(firm) AS firm
FROM said
WHERE code IS NOT NULL
GROUP BY kind, code
HAVING count(DISTINCT firm) = 1
