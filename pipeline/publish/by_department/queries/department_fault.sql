-- Grain: extract, sender, column, scope and reason of what was not accepted, the most frequent first.
-- Inputs: rejected_row, extract_status (who sent the file). Units: rows where scope is row, cells where it is cell.
-- Examples are the first $most by file and row; values as ingest masked them.
WITH numbered AS (
  SELECT
    r.extract, s.sender, r."column", r.scope, r.reason, r.file, r."row", r."value",
    count(*) OVER alike AS cases,
    row_number() OVER (alike ORDER BY r.file, r."row", r."value") AS place
  FROM rejected_row r
  LEFT JOIN extract_status s ON s.extract = r.extract AND s.file = r.file
  WINDOW alike AS (PARTITION BY r.extract, s.sender, r."column", r.scope, r.reason)
)
SELECT
  extract, sender, "column", scope, reason, cases,
  list({'file': file, 'row': "row", 'value': "value"} ORDER BY place) AS examples
FROM numbered
WHERE place <= $most
GROUP BY extract, sender, "column", scope, reason, cases
ORDER BY extract, sender NULLS FIRST, scope DESC, cases DESC, "column", reason
