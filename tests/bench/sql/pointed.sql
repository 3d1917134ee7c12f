-- The firm that a node's valid codes point to; a node whose unified code is another than the firm's is not pointed.
-- Grain: node. Inputs: node, code_owner.
SELECT
    n.node_id,
    CASE
        WHEN n.uscc IS NULL OR u.firm IS NOT NULL THEN coalesce(u.firm, o.firm, r.firm)
        WHEN o.firm IS NOT NULL AND o.code = n.uscc[9:17] THEN o.firm
    END AS firm
FROM node AS n
LEFT JOIN code_owner AS u ON u.kind = 'uscc' AND u.code = n.uscc
LEFT JOIN code_owner AS o ON o.kind = 'org' AND o.code = n.org
LEFT JOIN code_owner AS r ON r.kind = 'registration' AND r.code = n.registration
