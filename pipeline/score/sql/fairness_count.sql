-- Grain: kind of group and group. How tiers C and D fall on kinds of firms; figures for a person to read.
-- Inputs: fairness_member.
SELECT kind, "group", count(*) AS enterprises, count(*) FILTER (WHERE is_high) AS high
FROM fairness_member GROUP BY kind, "group"
ORDER BY kind, "group"
