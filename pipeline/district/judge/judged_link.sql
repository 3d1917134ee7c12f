-- Every accepted row outside the registry extract that belongs to a firm or shop, held against the truth.
-- Grain: extract, file, row. Inputs: truth_record, record_link, registry_identity, uncoded.
-- expected is null where the entity has no accepted registry row; kin says whose rows they are.
SELECT
    t.extract,
    t.file,
    t.row,
    t.entity_id,
    CASE
        WHEN t.in_registry AND i.enterprise_id IS NOT NULL THEN 'registered'
        WHEN t.in_registry THEN 'registry row lost'
        WHEN t.is_registered THEN 'registered elsewhere'
        ELSE 'unregistered'
    END AS kin,
    l.decision,
    l.probability,
    l.enterprise_id,
    i.enterprise_id AS expected,
    l.enterprise_id IS NOT NULL AS is_linked,
    coalesce(l.enterprise_id = i.enterprise_id, false) AS is_right,
    l.enterprise_id IN (SELECT enterprise_id FROM registry_identity) AS is_given_to_registered,
    u.row IS NOT NULL AS is_uncoded
FROM truth_record AS t
JOIN record_link AS l USING (extract, file, row)
LEFT JOIN registry_identity AS i ON i.entity_id = t.entity_id
LEFT JOIN uncoded AS u ON u.extract = t.extract AND u.file = t.file AND u.row = t.row
WHERE t.extract <> 'registry' AND t.entity_id IS NOT NULL
