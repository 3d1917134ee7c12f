-- Grain: registered enterprise (entity number); its newest registry row speaks. Inputs: link_row, $registry (name of the extract).
SELECT
  entity, name_shown, uscc_valid AS uscc, registration_valid AS registration_no, entity_type, status, status_on,
  industry_code, established_on, address, street, community, premises_id, door, shared_address
FROM link_row
WHERE extract = $registry AND entity IS NOT NULL
QUALIFY row_number() OVER (
  PARTITION BY entity ORDER BY superseded, extract_date DESC, record_id, file DESC, "row" DESC
) = 1
