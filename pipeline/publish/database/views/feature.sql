-- Grain: enterprise and feature. Inputs: built.feature. Units: in the column unit.
-- An amount in 元 is the floor of its band: exact amounts of tax and pay stay in the restricted store.
SELECT
  enterprise_id, feature, CASE WHEN unit = '元' THEN band_floor(value) ELSE value END AS value, unit, as_of,
  document, occurred_on, extract, file, row, probability
FROM built.feature
ORDER BY enterprise_id, feature
