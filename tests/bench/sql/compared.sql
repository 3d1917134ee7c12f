-- What Splink is given. Grain: unique_id. Inputs: look_all, block_kept. Characters of names as lists, for byte-blind comparison.
SELECT
    CASE WHEN l.is_view THEN 'firms' ELSE 'rows' END AS source_dataset,
    l.*,
    b.* EXCLUDE (unique_id),
    list_distinct(string_split(l.trade, '')) AS trade_letters,
    list_distinct(string_split(l.industry, '')) AS industry_letters,
    coalesce(l.site, l.building) AS spot
FROM look_all AS l
LEFT JOIN block_kept AS b USING (unique_id)
ORDER BY l.unique_id
