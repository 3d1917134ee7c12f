-- Grain: premises and feature. Inputs: built.premises_feature. Units: in the column unit.
-- A building's figure says nothing of a tenant without the tenant's own finding.
SELECT premises_id, feature, value, unit, as_of
FROM built.premises_feature
ORDER BY premises_id, feature
