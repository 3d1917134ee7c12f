-- The rankings that are held against each other, and what a firm is worth in each: ours; a plain count of findings; and
-- each extract alone, by the points and by the count of the findings that rest on its own rows.
-- Grain: extract (null: all), measure (rank, findings, points), enterprise. Inputs: risk, evidence.
SELECT NULL::VARCHAR AS extract, 'rank' AS measure, enterprise_id, -rank_in_district::DECIMAL(18, 2) AS worth
FROM risk
UNION ALL
SELECT NULL, 'findings', enterprise_id, count(*)
FROM evidence
GROUP BY enterprise_id
UNION ALL
SELECT extract, unnest(['findings', 'points']), enterprise_id, unnest([count(*)::DECIMAL(18, 2), sum(points)::DECIMAL(18, 2)])
FROM evidence
GROUP BY extract, enterprise_id
