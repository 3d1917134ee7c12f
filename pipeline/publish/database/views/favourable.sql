-- Grain: fact that speaks for an enterprise. Inputs: built.favourable.
SELECT enterprise_id, without_phone(text) AS text
FROM built.favourable
ORDER BY enterprise_id, kind, text
