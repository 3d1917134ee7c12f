-- Grain: record that was linked, less than certainly, to a firm on a list whose office answered that the line names the wrong
-- firm. Inputs: stg_street_returns, line_kept (lines of earlier nights: as_of, enterprise_id, fuzzy_records).
-- $as_of: later visits are misprints. An answer belongs to the list whose day its 清单期号 bears, else to the last list before
-- the visit that held the firm. The last answer to a line that says something of it stands.
WITH answer AS (
  SELECT enterprise_id, result, checked_on, file, "row",
    CAST(try_strptime(regexp_extract(issue, '^(?:LH)?([0-9]{8})', 1), '%Y%m%d') AS DATE) AS issued_on
  FROM stg_street_returns
  WHERE NOT superseded AND checked_on <= $as_of AND result NOT IN ('pending', 'not_found')
), placed AS (
  SELECT l.as_of, l.fuzzy_records, a.*
  FROM answer a
  JOIN line_kept l ON l.enterprise_id = a.enterprise_id AND l.as_of <= a.checked_on
    AND l.as_of = coalesce(a.issued_on, l.as_of)
  QUALIFY row_number() OVER (PARTITION BY a.file, a."row" ORDER BY l.as_of DESC) = 1
), standing AS (
  FROM placed
  QUALIFY row_number() OVER (
    PARTITION BY as_of, enterprise_id ORDER BY checked_on DESC, file DESC, "row" DESC
  ) = 1
)
SELECT unnest(fuzzy_records) AS record_id, enterprise_id, checked_on, file, "row"
FROM standing
WHERE result = 'wrong_firm'
ORDER BY checked_on, record_id, enterprise_id, file, "row"
