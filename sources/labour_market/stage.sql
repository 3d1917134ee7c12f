-- Staged rows of labour_market (人力资源市场供求).
-- Grain: one row per accepted row of every file that the night uses, replaced ones included.
-- Inputs: typed_labour_market (typed rows with record_id, file, row and superseded).
-- Units: none.
SELECT
    record_id,
    extract,
    file,
    "row",
    extract_date,
    superseded,
    period,
    period_start,
    period_end,
    'period' AS basis,
    period_start AS amounts_from,
    industry,
    demand,
    seekers
FROM typed_labour_market
ORDER BY extract_date, file, "row"
