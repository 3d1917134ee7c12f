-- Grain: line of the lists handed out. Inputs: risk, built.held_line. Ranked lines are tiers C and D, but for those that
-- wait for a person because their group left its fairness band; for every
-- $ranked_parts ranked lines of a street, $random_parts random checks (rounded up) are drawn among its
-- firms with findings below the cut, in the order of a hash of as-of and enterprise_id.
WITH free AS (
  SELECT * FROM risk ANTI JOIN built.held_line USING (enterprise_id)
), size AS (
  SELECT street, count(*) AS ranked FROM free WHERE tier IN ('C', 'D') GROUP BY street
), drawn AS (
  SELECT street, enterprise_id,
    row_number() OVER (
      PARTITION BY street ORDER BY sha256($as_of::VARCHAR || '|' || enterprise_id), enterprise_id
    ) AS draw
  FROM free WHERE tier NOT IN ('C', 'D')
), line AS (
  SELECT street, enterprise_id, 'ranked' AS kind, rank_in_street AS place, rank_in_district AS district_place
  FROM free WHERE tier IN ('C', 'D')
  UNION ALL
  SELECT d.street, d.enterprise_id, 'random', s.ranked + d.draw, NULL
  FROM drawn d JOIN size s USING (street)
  WHERE d.draw <= (s.ranked * $random_parts + $ranked_parts - 1) // $ranked_parts
)
SELECT
  street,
  row_number() OVER (PARTITION BY street ORDER BY kind = 'random', place, enterprise_id) AS line,
  row_number() OVER (
    ORDER BY kind = 'random', district_place, street, place, enterprise_id
  ) AS district_line,
  enterprise_id,
  kind
FROM line
ORDER BY street, line
