-- Grain: kind of group and group. How tiers C and D fall on kinds of firms; figures for a person to read.
-- Inputs: fairness_member. visits: rows of the grid with a day; visited: firms with a recent one.
SELECT kind, "group", count(*) AS enterprises, count(*) FILTER (WHERE is_high) AS high,
  CAST(sum(visits) AS BIGINT) AS visits, count(*) FILTER (WHERE is_visited) AS visited
FROM fairness_member GROUP BY kind, "group"
ORDER BY kind, "group"
