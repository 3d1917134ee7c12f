-- Staged rows of grid (社区网格信息).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_grid (typed rows with record_id, file, row and superseded).
-- Units: areas in square metres.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    grid_no,
    street,
    community,
    house_code,
    house_code_partial,
    address,
    sign_name,
    licence_name,
    licence_no,
    licence_no_partial,
    operator,
    phone,
    business,
    licensing,
    employees,
    area_m2,
    mixed_use,
    trading,
    inspected_on
FROM typed_grid
ORDER BY extract_date, file, "row"
