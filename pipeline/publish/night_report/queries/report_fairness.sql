-- Grain: kind of group and group. Inputs: fairness. Units: firms; shares 0–1.
SELECT kind_title, "group", enterprises, high, rate, rate_of_others, "outside", visits_per_enterprise,
  visited_share, visited_share_of_others, visited_within_days
FROM fairness
ORDER BY kind, "group"
