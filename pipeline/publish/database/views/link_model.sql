-- Grain: comparison level of the linking model in force. Inputs: built.link_model. Units: weight in thousandths of a bit, m and u as shares, links as counts.
SELECT field, level, place, m, u, weight, links, links_when_pinned
FROM built.link_model
ORDER BY field, place
