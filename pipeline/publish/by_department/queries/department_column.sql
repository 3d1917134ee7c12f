-- Grain: extract, sender and header that no declared column claims. Inputs: built.inbox_file. Units: files.
-- A header with a telephone number in it is shown without.
WITH named AS (
  SELECT extract, sender, file, trim(unnest(string_split(without_phone(unknown_columns), '、'))) AS header
  FROM built.inbox_file
)
SELECT extract, sender, header, count(DISTINCT file) AS files, list(DISTINCT file ORDER BY file) AS names
FROM named
WHERE header <> ''
GROUP BY extract, sender, header
ORDER BY extract, sender NULLS FIRST, files DESC, header
