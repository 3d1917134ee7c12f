-- Everything that is compared: looks of known entities, and open nodes without their distrusted codes. A node whose
-- code the registry does not hold is both: it speaks for its code, and may yet belong to a firm without a code.
-- Grain: unique_id. Inputs: firm_view, node, known_node.
SELECT
    'v' || view_id AS unique_id, true AS is_view, 'F' || firm AS entity, view_id AS node_id,
    * EXCLUDE (view_id, firm)
FROM firm_view
UNION ALL BY NAME
SELECT 'v' || n.node_id AS unique_id, true AS is_view, k.entity, n.*
FROM node AS n JOIN known_node AS k USING (node_id)
UNION ALL BY NAME
SELECT 'n' || n.node_id AS unique_id, false AS is_view, k.entity, n.*
FROM node AS n JOIN known_node AS k USING (node_id)
WHERE starts_with(k.entity, 'C')
UNION ALL BY NAME
SELECT 'n' || n.node_id AS unique_id, false AS is_view, NULL AS entity,
    n.* REPLACE (NULL::VARCHAR AS uscc, NULL::VARCHAR AS org, NULL::VARCHAR AS registration)
FROM node AS n ANTI JOIN known_node AS k USING (node_id)
