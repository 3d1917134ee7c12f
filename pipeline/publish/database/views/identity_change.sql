-- Grain: change of an identity this night. Inputs: built.identity_change.
SELECT enterprise_id, change, other_enterprise_id, as_of
FROM built.identity_change
ORDER BY ALL
