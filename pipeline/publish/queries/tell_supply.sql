-- Grain: one row. Inputs: extract_status. Units: files, extracts, rows.
SELECT
  count(file) AS files, count(DISTINCT extract) FILTER (WHERE file IS NOT NULL) AS extracts,
  coalesce(sum(rows), 0)::BIGINT AS rows, coalesce(sum(accepted), 0)::BIGINT AS accepted,
  coalesce(sum(rejected), 0)::BIGINT AS rejected, coalesce(sum(not_data), 0)::BIGINT AS not_data
FROM extract_status
WHERE state <> 'refused'
