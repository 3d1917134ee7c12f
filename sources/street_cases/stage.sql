-- Staged rows of street_cases (占道经营及违章搭建整改处罚).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_street_cases (typed rows with record_id, file, row and superseded).
-- Units: money in yuan.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    case_no,
    name,
    sign_name,
    licence_no,
    licence_no_partial,
    address,
    street,
    offence,
    opened_on,
    penalty,
    fine,
    rectify_by,
    rectified,
    closed_on,
    standing
FROM typed_street_cases
ORDER BY extract_date, file, "row"
