-- Nodes whose valid code says whose they are: a registered firm, or a code that the registry does not hold.
-- Grain: node. Inputs: node, pointed, denied.
SELECT
    n.node_id,
    CASE WHEN p.firm IS NOT NULL THEN 'F' || p.firm ELSE 'C' || coalesce(n.uscc[9:17], n.org) END AS entity
FROM node AS n
JOIN pointed AS p USING (node_id)
WHERE (p.firm IS NOT NULL OR n.uscc IS NOT NULL OR n.org IS NOT NULL)
    AND n.node_id NOT IN (SELECT node_id FROM denied)
