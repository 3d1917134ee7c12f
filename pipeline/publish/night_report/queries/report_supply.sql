-- Grain: extract. Inputs: extract_status. Units: files, rows, cells, days.
SELECT
  extract, list(DISTINCT state ORDER BY state) AS states, count(file) AS files, max(extract_date) AS newest,
  min(age_days) AS age_days, sum(rows)::BIGINT AS rows, sum(accepted)::BIGINT AS accepted,
  sum(rejected)::BIGINT AS rejected, sum(not_data)::BIGINT AS not_data, sum(nulled_cells)::BIGINT AS nulled_cells
FROM extract_status
GROUP BY extract
ORDER BY extract
