-- Grain: enterprise_id that is no longer used. Inputs: built.enterprise_alias.
SELECT old_id, enterprise_id, since
FROM built.enterprise_alias
ORDER BY old_id
