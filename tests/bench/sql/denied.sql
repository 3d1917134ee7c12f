-- Nodes whose name, and person or place, all deny the firm that their code points to, in each look of that firm.
-- Grain: node. Inputs: node, pointed, firm_view.
SELECT n.node_id
FROM pointed AS p
JOIN node AS n USING (node_id)
JOIN firm_view AS v ON v.firm = p.firm
GROUP BY n.node_id
HAVING bool_and(
    coalesce(jaro_winkler_similarity(n.trade_sound, v.trade_sound) < 0.8, false)
    AND NOT coalesce(contains(n.trade, v.trade) OR contains(v.trade, n.trade), false)
    AND NOT coalesce(n.person_sound = v.person_sound, false)
    AND NOT coalesce(n.phone IN (v.phone, v.phone_other), false)
    AND NOT coalesce(n.site = v.site OR n.building = v.building OR n.house_code = v.house_code, false)
    AND ((n.person IS NOT NULL AND v.person IS NOT NULL) OR (n.site IS NOT NULL AND v.site IS NOT NULL))
)
