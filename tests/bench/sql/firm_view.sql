-- Looks of registered firms: a registry profile, or a former name. Grain: look. Input: look.
SELECT * EXCLUDE (profile), profile AS view_id
FROM look
WHERE firm >= 0
ORDER BY view_id
