-- The figures that a source's expectations hold its files against.
-- Grain: one row per file and expectation. Shares are of the file's data rows (0–1), of a column's
-- values for share_outside. Where nothing is refused, a file of fewer than twenty rows is judged as one of
-- twenty, so that one odd row in a short correction is no alarm. A file without a row has no distinct values (null).
-- Inputs: checked_file (file, expectation, metric, is_blocking), checked_row (file, is_accepted, is_nulled, key_text: one
-- row per data row), checked_value (file, expectation, value, is_outside: accepted rows only).
WITH per_file AS (
    SELECT
        file,
        count(*) AS data_rows,
        count(*) FILTER (WHERE is_accepted) AS accepted,
        count(*) FILTER (WHERE is_nulled) AS nulled,
        count(key_text) - count(DISTINCT key_text) AS repeated
    FROM checked_row
    GROUP BY file
),
per_value AS (
    SELECT
        file,
        expectation,
        count(*) AS rows_seen,
        count(value) AS filled,
        count(DISTINCT value) AS distinct_values,
        count(*) FILTER (WHERE is_outside) AS outside
    FROM checked_value
    GROUP BY file, expectation
)
SELECT
    checked_file.file,
    checked_file.expectation,
    CASE checked_file.metric
        WHEN 'accepted_rows' THEN coalesce(accepted, 0)
        WHEN 'rejected_share' THEN coalesce((data_rows - accepted) / judged_rows, 0)
        WHEN 'nulled_share' THEN coalesce(nulled / judged_rows, 0)
        WHEN 'repeated_key_share' THEN coalesce(repeated / judged_rows, 0)
        WHEN 'null_share' THEN coalesce((rows_seen - filled) / rows_seen, 0)
        WHEN 'distinct_values' THEN CASE WHEN data_rows > 0 THEN coalesce(distinct_values, 0) END
        WHEN 'share_outside' THEN coalesce(outside / nullif(filled, 0), 0)
    END::DOUBLE AS observed
FROM checked_file
LEFT JOIN per_file ON per_file.file = checked_file.file
LEFT JOIN LATERAL (SELECT CASE WHEN is_blocking THEN data_rows ELSE greatest(data_rows, 20) END AS judged_rows)
    ON true
LEFT JOIN per_value
    ON per_value.file = checked_file.file
    AND per_value.expectation = checked_file.expectation
ORDER BY checked_file.file, checked_file.expectation
