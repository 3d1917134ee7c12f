-- The enterprise_id that the night gave to each entity of the registry extract.
-- Grain: entity. Inputs: truth_record, record_link. Where an entity has several registry rows, the newest file's last row speaks.
SELECT
    t.entity_id,
    max_by(l.enterprise_id, (NOT l.superseded, l.file, l.row)) AS enterprise_id
FROM truth_record AS t
JOIN record_link AS l USING (extract, file, row)
WHERE t.extract = 'registry' AND t.entity_id IS NOT NULL AND l.enterprise_id IS NOT NULL
GROUP BY t.entity_id
