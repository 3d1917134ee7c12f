-- Grain: record that a person judged, as its row in force was linked. Inputs: record_link, $judged (record_ids).
SELECT record_id, extract, enterprise_id
FROM record_link
WHERE record_id IN (SELECT unnest($judged)) AND NOT superseded
ORDER BY record_id
