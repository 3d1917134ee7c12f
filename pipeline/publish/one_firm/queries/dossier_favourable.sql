-- Grain: fact that speaks for one enterprise. Inputs: favourable.
SELECT DISTINCT text FROM favourable WHERE enterprise_id = $enterprise_id ORDER BY text
