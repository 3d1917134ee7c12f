-- record_link does not cover every accepted row of a file, or holds rows that were not accepted.
SELECT s.extract, s.file
FROM (
  SELECT extract, file, accepted FROM extract_status
  WHERE file IS NOT NULL AND state <> 'refused' AND list_contains($identifying, extract)
) s
FULL JOIN (SELECT extract, file, count(*) AS linked FROM record_link GROUP BY extract, file) l
  USING (extract, file)
WHERE coalesce(s.accepted, 0) <> coalesce(l.linked, 0)
