-- The ranking, each line with what is true of it; an entity's second line counts as a miss.
-- Grain: enterprise in risk. Inputs: risk, enterprise_truth.
SELECT
    r.enterprise_id,
    r.street,
    r.rank_in_street,
    r.rank_in_district,
    coalesce(
        t.low_end AND row_number() OVER (PARTITION BY t.entity_id ORDER BY r.rank_in_district, r.enterprise_id) = 1, false
    ) AS is_low_end
FROM risk AS r
LEFT JOIN enterprise_truth AS t USING (enterprise_id)
