-- Scored pairs of such nodes. Grain: pair. Inputs: edge, rest_node.
SELECT e.*
FROM edge AS e
JOIN rest_node AS a ON a.unique_id = e.unique_id_l
JOIN rest_node AS b ON b.unique_id = e.unique_id_r
