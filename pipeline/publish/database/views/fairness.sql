-- Grain: kind of group and group. Inputs: built.fairness. Units: firms; shares 0–1; visits a firm.
SELECT kind, kind_title, "group", enterprises, high, rate, rate_low, rate_high, rate_of_others, "outside", held,
  grid_visits, visits_per_enterprise, visited_share, visited_share_of_others, visited_within_days
FROM built.fairness
ORDER BY kind, "group"
