-- Grain: enterprise seen by the grid at known premises. Most enterprises without licence at one of its premises, itself
-- included (premises_unlicensed). Unit: 家.
-- Inputs: usable_grid, record_premises, premises_unlicensed. The neighbours say nothing of a tenant who has a licence: this
-- only stands beside the firm's own finding. The deciding row is the firm's own visit there.
SELECT g.enterprise_id, p.value, '家' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document,
  coalesce(g.inspected_on, g.extract_date) AS occurred_on, g.extract, g.file, g."row", g.probability
FROM usable_grid g
JOIN record_premises r ON r.record_id = g.record_id
JOIN premises_unlicensed p ON p.premises_id = r.premises_id
WHERE g.trading = 'open'
QUALIFY row_number() OVER (PARTITION BY g.enterprise_id
  ORDER BY p.value DESC, coalesce(g.inspected_on, g.extract_date) DESC, g.file, g."row") = 1
