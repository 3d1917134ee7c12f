-- Grain: answer of a street office, newest row of its key. Inputs: built.stg_street_returns.
SELECT
  enterprise_id, issue, result, checked_on, without_phone(remark) AS remark, extract, file, row, extract_date,
  CAST(NULL AS VARCHAR) AS effect
FROM built.stg_street_returns
WHERE NOT superseded
ORDER BY extract, file, row
