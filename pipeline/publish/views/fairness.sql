-- Grain: kind of group and group. Inputs: built.fairness. Units: firms; shares 0–1.
SELECT kind, kind_title, "group", enterprises, high, rate, rate_low, rate_high, rate_of_others, "outside", held
FROM built.fairness
ORDER BY kind, "group"
