-- Grain: bound held against an extract file. Inputs: check_result, extract_status (who sent the file).
-- Units: observed, min and max are rows, kinds or shares, as the metric says.
SELECT
  c.extract, s.sender, c.file, c.metric, c."column", c.observed, c.min, c.max, c.blocking, c.passed, c.why
FROM check_result c
LEFT JOIN extract_status s ON s.extract = c.extract AND s.file = c.file
ORDER BY c.extract, s.sender NULLS FIRST, c.file, c.blocking DESC, c.metric, c."column", c.min, c.max, c.why
