-- Staged rows of eia_approvals (建设项目环保审批).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_eia_approvals (typed rows with record_id, file, row and superseded).
-- Units: none.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    approval_no,
    name,
    uscc,
    uscc_partial,
    legal_rep,
    project,
    address,
    industry_code,
    products,
    process,
    equipment,
    eia_class,
    decision,
    decided_on,
    acceptance
FROM typed_eia_approvals
ORDER BY extract_date, file, "row"
