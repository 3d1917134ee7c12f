-- Grain: enterprise identity. Inputs: built.enterprise. Units: counts of records and extracts; dates.
-- A name that some extract gives as a person's is not shown.
SELECT
  enterprise_id,
  coalesce(shown_sign(name), shown_sign(sign_name), '个体经营者（姓名不公开）') AS name,
  shown_sign(sign_name) AS sign_name,
  uscc, registration_no, registration_state, entity_type, status, status_on,
  industry_code, industry_name, street, community, grid_no,
  without_phone(address) AS address,
  established_on, record_count, extract_count, first_seen, last_seen
FROM built.enterprise
ORDER BY enterprise_id
