-- Grain: enterprise with any weight. Scores in whole hundredths, 0 to under 10000.
-- Inputs: weighed_finding. $knee, $span: up to the knee the score is the plain sum, above it knee + span·x/(x + span),
-- which starts with slope one and never reaches knee + span.
WITH summed AS (
  SELECT enterprise_id,
    CAST(sum(weight) AS BIGINT) AS weight,
    CAST(sum(sure_weight) AS BIGINT) AS sure_weight,
    coalesce(bool_or(reading = 'strict' AND weight > 0), false) AS has_strict,
    coalesce(bool_or(reading = 'strict' AND sure_weight > 0), false) AS has_sure_strict
  FROM weighed_finding GROUP BY enterprise_id
)
SELECT enterprise_id, weight, has_strict, has_sure_strict,
  CASE WHEN weight <= $knee THEN weight
    ELSE $knee + $span * (weight - $knee) // (weight - $knee + $span) END AS score,
  CASE WHEN sure_weight <= $knee THEN sure_weight
    ELSE $knee + $span * (sure_weight - $knee) // (sure_weight - $knee + $span) END AS sure_score
FROM summed WHERE weight > 0
