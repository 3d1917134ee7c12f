-- Each ranking's lines in their order, with what is true of them; an entity's second line in a ranking counts as a miss.
-- Grain: extract (null: all), measure, enterprise. Inputs: worth, enterprise_truth. Ties go to the smaller enterprise_id.
WITH placed AS (
    SELECT
        w.extract,
        w.measure,
        w.enterprise_id,
        t.entity_id,
        t.low_end,
        row_number() OVER (PARTITION BY w.extract, w.measure ORDER BY w.worth DESC, w.enterprise_id) AS place
    FROM worth AS w
    LEFT JOIN enterprise_truth AS t USING (enterprise_id)
)
SELECT
    extract,
    measure,
    enterprise_id,
    place,
    coalesce(
        low_end AND row_number() OVER (PARTITION BY extract, measure, entity_id ORDER BY place) = 1, false
    ) AS is_low_end
FROM placed
