-- Which record each accepted row of an append extract is, and whether a later row replaced it.
-- Grain: one row per accepted row of the night's files of one extract, in the order of `ordinal`.
-- Inputs: staged_row (records.staged_rows); $extract.
-- A row without a key is known by its content and the how-many-th of that content it is.
SELECT
    ordinal,
    $extract || ':' || left(sha256(CASE
        WHEN key_text IS NOT NULL THEN 'key' || chr(31) || key_text
        ELSE 'content' || chr(31) || content || chr(31) || nth
    END), 16) AS record_id,
    CASE WHEN key_text IS NULL THEN is_copy ELSE place > 1 END AS superseded
FROM (
    SELECT
        ordinal,
        key_text,
        content,
        is_copy,
        dense_rank() OVER (PARTITION BY content ORDER BY group_no, "row") AS nth,
        row_number() OVER (PARTITION BY key_text ORDER BY extract_date DESC, file DESC, "row" DESC) AS place
    FROM staged_row
)
ORDER BY ordinal
