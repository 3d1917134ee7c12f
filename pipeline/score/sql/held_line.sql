-- Grain: enterprise whose line waits. Firms of tier D in a group whose rate lies above its band: no list shows them
-- until a person has looked and accepts the group.
-- Inputs: fairness_member, fairness.
SELECT m.enterprise_id, min(m."group") AS "group"
FROM fairness_member m JOIN fairness f ON f.kind = m.kind AND f."group" = m."group"
WHERE m.is_top AND f.held
GROUP BY m.enterprise_id
ORDER BY m.enterprise_id
