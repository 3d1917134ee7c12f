-- Grain: premises with any building of the library of illegal buildings. Number of them open or sealed; a historical (legacy)
-- or demolished one counts nothing. Unit: 栋.
-- Inputs: stg_illegal_buildings, record_premises. A building says something of a tenant only beside the tenant's own finding.
SELECT p.premises_id, '栋' AS unit, count(DISTINCT b.building_no) FILTER (WHERE b.status IN ('open', 'sealed')) AS value
FROM stg_illegal_buildings b JOIN record_premises p ON p.record_id = b.record_id
WHERE NOT b.superseded AND p.premises_id IS NOT NULL
GROUP BY p.premises_id
