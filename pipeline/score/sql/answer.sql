-- Grain: answer of a street office about a firm that is known, newest row of its key.
-- Inputs: stg_street_returns, enterprise, enterprise_alias (a list may bear an id that another took over since).
-- $as_of: later visits are misprints and say nothing.
SELECT coalesce(a.enterprise_id, r.enterprise_id) AS enterprise_id, r.result, r.checked_on, r.extract, r.file, r."row"
FROM stg_street_returns r
LEFT JOIN enterprise_alias a ON a.old_id = r.enterprise_id
WHERE NOT r.superseded AND r.result IS NOT NULL AND r.checked_on <= $as_of
  AND coalesce(a.enterprise_id, r.enterprise_id) IN (SELECT enterprise_id FROM enterprise)
ORDER BY enterprise_id, r.checked_on, r.file, r."row"
