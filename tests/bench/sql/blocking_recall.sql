-- Rows, those that met their firm, and candidates per row (mean, 99th percentile, most). Grain: one row.
-- Inputs: wanted, owned, pair (profile, registry profile behind the look that it met).
WITH met AS (
    SELECT DISTINCT p.profile, o.entity_id FROM pair AS p JOIN owned AS o ON o.profile = p.behind
),
size AS (
    SELECT profile, count(*) AS candidates FROM pair GROUP BY profile
)
SELECT
    count(*),
    count(m.profile),
    avg(coalesce(s.candidates, 0)),
    quantile_cont(coalesce(s.candidates, 0), 0.99),
    max(coalesce(s.candidates, 0))
FROM wanted AS w
LEFT JOIN met AS m ON m.profile = w.profile AND m.entity_id = w.entity_id
LEFT JOIN size AS s ON s.profile = w.profile
