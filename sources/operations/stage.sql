-- Staged rows of operations (企业生产经营情况).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_operations (typed rows with record_id, file, row and superseded).
-- Units: money in yuan; energy in tonnes of coal equivalent (吨标准煤).
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    uscc,
    uscc_partial,
    org_code,
    org_code_partial,
    name,
    address,
    period,
    period_start,
    period_end,
    -- The first day that the amounts cover; null where the department does not say which basis they have.
    CASE basis
        WHEN 'period' THEN period_start
        WHEN 'ytd' THEN make_date(year(period_end), 1, 1)
    END AS amounts_from,
    revenue,
    output_value,
    profit,
    basis,
    employees_end,
    employees_avg,
    energy_tce,
    processing_trade,
    export_value
FROM typed_operations
ORDER BY extract_date, file, "row"
