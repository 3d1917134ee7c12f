-- Grain: answer of a street office, newest row of its key. Inputs: built.stg_street_returns, built.answer_effect.
SELECT
  r.enterprise_id, r.issue, r.result, r.checked_on, without_phone(r.remark) AS remark, r.extract, r.file, r.row,
  r.extract_date, e.effect
FROM built.stg_street_returns r
LEFT JOIN built.answer_effect e ON e.file = r.file AND e.row = r.row
WHERE NOT r.superseded
ORDER BY r.extract, r.file, r.row
