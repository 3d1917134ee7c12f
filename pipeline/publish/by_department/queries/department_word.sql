-- Grain: extract, sender, column and word (as ingest masked it) that its vocabulary lacks, the most frequent first.
-- Inputs: rejected_row, extract_status (who sent the file). Units: cells. $worded: `<extract>.<column>` of the columns
-- that have a vocabulary. What stands for an empty cell is no word.
SELECT r.extract, s.sender, r."column", r."value" AS word, count(*) AS cases
FROM rejected_row r
LEFT JOIN extract_status s ON s.extract = r.extract AND s.file = r.file
WHERE r."value" IS NOT NULL AND r.reason NOT LIKE '%为空' AND list_contains($worded, r.extract || '.' || r."column")
GROUP BY r.extract, s.sender, r."column", r."value"
ORDER BY r.extract, s.sender NULLS FIRST, r."column", cases DESC, word
