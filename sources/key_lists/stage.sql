-- Staged rows of key_lists (重点监管名单).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_key_lists (typed rows with record_id, file, row and superseded).
-- Units: none.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    list_kind,
    name,
    uscc,
    uscc_partial,
    address,
    listed_on,
    last_checked_on
FROM typed_key_lists
ORDER BY extract_date, file, "row"
