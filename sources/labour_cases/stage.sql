-- Staged rows of labour_cases (劳动保障监察与劳资纠纷).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_labour_cases (typed rows with record_id, file, row and superseded).
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
    uscc,
    uscc_partial,
    address,
    legal_rep,
    phone,
    complaint,
    people,
    amount,
    received_on,
    filed_on,
    closed_on,
    outcome,
    standing,
    to_police,
    key_watch
FROM typed_labour_cases
ORDER BY extract_date, file, "row"
