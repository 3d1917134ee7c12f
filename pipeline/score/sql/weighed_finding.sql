-- Grain: finding. What each finding weighs, whole hundredths of a point.
-- Inputs: finding, rule_in_force. $as_of: the day; $sure_probability: millionths from which a link is no fuzzy match.
-- weight: points × fading × what still counts × match probability; among findings that see one fact of one firm the
-- heaviest counts whole, the next half, then a quarter (so no row of a hundred decides, and more evidence never lowers).
-- sure_weight: the same with fuzzy matches left out.
WITH alone AS (
  SELECT f.*, r.fact, r.reading, r.category, r.clause,
    CAST(round(1000 * pow(0.5, CAST($as_of - f.occurred_on AS DOUBLE) / r.half_life_days)) AS BIGINT) AS fade_thousandths,
    CAST(f.probability * 1000000 AS BIGINT) AS probability_millionths, r.points AS base_points
  FROM finding f JOIN rule_in_force r ON r.rule_id = f.rule_id
),
single AS (
  SELECT *,
    (CAST(base_points AS BIGINT) * 100 * fade_thousandths * counted_percent * probability_millionths + 50000000000)
      // 100000000000 AS single_weight,
    probability_millionths >= $sure_probability AS is_sure
  FROM alone
),
ordered AS (
  SELECT *,
    row_number() OVER (PARTITION BY enterprise_id, fact
      ORDER BY single_weight DESC, occurred_on DESC, rule_id, extract, file, "row") AS ordinal,
    row_number() OVER (PARTITION BY enterprise_id, fact, is_sure
      ORDER BY single_weight DESC, occurred_on DESC, rule_id, extract, file, "row") AS sure_ordinal
  FROM single
)
SELECT enterprise_id, rule_id, category, clause, reading, fact, extract, file, "row", document, occurred_on, expires_on,
  probability, base_points, fade_thousandths, counted_percent, ordinal, is_sure, text,
  single_weight // (1 << CAST(least(ordinal - 1, 30) AS INTEGER)) AS weight,
  CASE WHEN is_sure THEN single_weight // (1 << CAST(least(sure_ordinal - 1, 30) AS INTEGER)) ELSE 0 END AS sure_weight
FROM ordered
