-- Grain: enterprise of this night. Inputs: link_entity (entity number, enterprise_id, state).
SELECT enterprise_id, state
FROM link_entity
ORDER BY enterprise_id
