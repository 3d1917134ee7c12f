-- Staged rows of env_penalties (环境违法行政处罚).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_env_penalties (typed rows with record_id, file, row and superseded).
-- Units: money in yuan.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    decision_no,
    name,
    uscc,
    uscc_partial,
    legal_rep,
    address,
    offence,
    fine,
    decided_on,
    rectify_by,
    rectified,
    key_source,
    closed_on,
    standing
FROM typed_env_penalties
ORDER BY extract_date, file, "row"
