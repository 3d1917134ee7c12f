-- Staged rows of employment (企业用工与参保).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_employment (typed rows with record_id, file, row and superseded).
-- Units: none.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    social_insurance_no,
    social_insurance_no_partial,
    uscc,
    uscc_partial,
    name,
    address,
    month,
    month_start,
    month_end,
    'period' AS basis,
    month_start AS amounts_from,
    employees,
    insured,
    vacancies,
    arrears_months
FROM typed_employment
ORDER BY extract_date, file, "row"
