-- Grain: enterprise. Inputs: built.last_checked. The newest day on which some department saw it.
SELECT enterprise_id, max(last_checked_on) AS last_checked_on
FROM built.last_checked
GROUP BY enterprise_id
ORDER BY enterprise_id
