-- Grain: record that has an enterprise; a record counts for the enterprise of its newest row. Inputs: link_assigned
-- (record_id, extract, source, extract_date, superseded, entity, ordinal), $registry (name of the extract).
-- first_date is the day that the record was first cut; registry rows found before all others.
SELECT
  record_id,
  entity,
  CASE WHEN extract = $registry THEN 0 ELSE 1 END AS founding_rank,
  min(extract_date) OVER (PARTITION BY record_id) AS first_date,
  extract,
  source
FROM link_assigned
QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY superseded, extract_date DESC, ordinal DESC) = 1
ORDER BY record_id
