-- Grain: line of a list handed out that its street office answered; the last answer that says something stands.
-- Inputs: list_line_history, street_return, built.return_meaning. $as_of: later visits are misprints.
-- An answer belongs to the list whose day its 清单期号 bears, else to the last list before the visit that held the firm.
WITH answer AS (
  SELECT enterprise_id, result, checked_on, extract, file, row,
    CAST(try_strptime(regexp_extract(issue, '^(?:LH)?([0-9]{8})', 1), '%Y%m%d') AS DATE) AS issued_on
  FROM street_return
  WHERE result IS NOT NULL AND checked_on <= $as_of
), placed AS (
  SELECT l.as_of, l.street, l.line, l.kind, a.*, l.tier, l.score, l.rules
  FROM answer a
  JOIN list_line_history l ON l.enterprise_id = a.enterprise_id AND l.as_of <= a.checked_on
    AND l.as_of = coalesce(a.issued_on, l.as_of)
  QUALIFY row_number() OVER (PARTITION BY a.extract, a.file, a.row ORDER BY l.as_of DESC) = 1
)
SELECT
  p.as_of, p.street, p.line, p.kind, p.enterprise_id, p.tier, p.score, p.rules, p.result, m.borne_out, p.checked_on,
  p.extract, p.file, p.row
FROM placed p
LEFT JOIN built.return_meaning m ON m.result = p.result
QUALIFY row_number() OVER (
  PARTITION BY p.as_of, p.enterprise_id ORDER BY p.result = 'pending', p.checked_on DESC, p.file DESC, p.row DESC
) = 1
ORDER BY p.as_of, p.street, p.line
