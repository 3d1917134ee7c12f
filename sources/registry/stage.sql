-- Staged rows of registry (商事主体登记).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_registry (typed rows with record_id, file, row and superseded).
-- Units: money in yuan.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    uscc,
    uscc_partial,
    registration_no,
    registration_no_partial,
    name,
    former_names,
    entity_type,
    legal_rep,
    established_on,
    registered_capital,
    address,
    street,
    industry_code,
    industry_edition,
    business_scope,
    status,
    status_on,
    abnormal_on,
    abnormal_off,
    abnormal_reason,
    phone
FROM typed_registry
ORDER BY extract_date, file, "row"
