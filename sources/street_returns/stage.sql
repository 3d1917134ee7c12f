-- Staged rows of street_returns (街道核查回执).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_street_returns (typed rows with record_id, file, row and superseded).
-- Units: none.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    enterprise_id,
    issue,
    result,
    checked_on,
    checked_by,
    remark
FROM typed_street_returns
ORDER BY extract_date, file, "row"
