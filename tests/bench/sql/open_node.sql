-- Nodes that look for an entity. Grain: unique_id. Input: compared.
SELECT * FROM compared WHERE NOT is_view
