-- The rows of a file are not the sum of accepted, rejected and not-data rows.
SELECT extract, file
FROM extract_status
WHERE file IS NOT NULL AND state <> 'refused' AND rows <> accepted + rejected + not_data
