-- Staged rows of safety_inspections (安全生产及消防安全检查违规).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_safety_inspections (typed rows with record_id, file, row and superseded).
-- Units: money in yuan.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    document_no,
    kind,
    name,
    uscc,
    uscc_partial,
    address,
    legal_rep,
    phone,
    hazard,
    severity,
    inspected_on,
    rectify_by,
    rechecked_on,
    recheck,
    fine,
    suspended,
    key_unit,
    closed_on,
    standing
FROM typed_safety_inspections
ORDER BY extract_date, file, "row"
