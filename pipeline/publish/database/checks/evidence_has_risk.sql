-- An enterprise has evidence and no line in risk, or is in risk without evidence.
SELECT coalesce(e.enterprise_id, r.enterprise_id) AS enterprise_id
FROM (SELECT DISTINCT enterprise_id FROM evidence) e
FULL JOIN risk r USING (enterprise_id)
WHERE e.enterprise_id IS NULL OR r.enterprise_id IS NULL
