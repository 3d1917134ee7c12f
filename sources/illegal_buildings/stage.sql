-- Staged rows of illegal_buildings (违法建筑信息库).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_illegal_buildings (typed rows with record_id, file, row and superseded).
-- Units: areas in square metres.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    building_no,
    street,
    community,
    house_code,
    house_code_partial,
    address,
    area_m2,
    use,
    party,
    occupant,
    status,
    opened_on
FROM typed_illegal_buildings
ORDER BY extract_date, file, "row"
