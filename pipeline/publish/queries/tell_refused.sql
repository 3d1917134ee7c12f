-- Grain: extract and file that was refused, missing or stale. Inputs: extract_status.
SELECT extract, file, state, reason
FROM extract_status
WHERE state <> 'fresh' AND (state <> 'missing' OR reason IS NOT NULL)
ORDER BY state, extract, file
