-- Grain: weak connection between two unregistered shops that was cut. Inputs: built.link_bridge. Units: weight in thousandths of a bit.
SELECT record_id, other_record_id, weight, reason
FROM built.link_bridge
ORDER BY record_id, other_record_id, weight
