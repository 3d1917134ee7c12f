-- Grain: objection of an enterprise that a returned list tells of in a remark. Inputs: stg_street_returns.
-- $as_of: later visits are misprints. $remark, $remark_without: policy/objections.yml.
SELECT enterprise_id, checked_on, file, "row"
FROM stg_street_returns
WHERE NOT superseded AND enterprise_id IS NOT NULL AND checked_on <= $as_of
  AND regexp_matches(remark, $remark) AND NOT regexp_matches(remark, $remark_without)
ORDER BY enterprise_id, checked_on, file, "row"
