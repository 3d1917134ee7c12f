-- A link is decided without an enterprise, undecided with one, or names an enterprise that is not there.
SELECT l.extract, l.file, l.row
FROM record_link l
LEFT JOIN enterprise e USING (enterprise_id)
WHERE (l.decision IN ('certain', 'probable')) IS DISTINCT FROM (e.enterprise_id IS NOT NULL)
  OR (l.enterprise_id IS NOT NULL AND e.enterprise_id IS NULL)
