-- Grain: building or house. Inputs: built.premises. Units: count of enterprises.
SELECT premises_id, house_code, without_phone(address) AS address, street, community, enterprise_count
FROM built.premises
ORDER BY premises_id
