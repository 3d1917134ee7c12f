-- Staged rows of tax (纳税人登记与申报).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_tax (typed rows with record_id, file, row and superseded).
-- Units: money in yuan.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    taxpayer_id,
    taxpayer_id_partial,
    name,
    tax_office,
    legal_rep,
    address,
    phone,
    status,
    status_on,
    period,
    period_start,
    period_end,
    'period' AS basis,
    period_start AS amounts_from,
    sales,
    tax_paid,
    arrears,
    credit_grade
FROM typed_tax
ORDER BY extract_date, file, "row"
