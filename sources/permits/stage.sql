-- Staged rows of permits (行政许可).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_permits (typed rows with record_id, file, row and superseded).
-- Units: none.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    kind,
    permit_no,
    name,
    uscc,
    uscc_partial,
    legal_rep,
    address,
    valid_from,
    valid_to,
    status
FROM typed_permits
ORDER BY extract_date, file, "row"
