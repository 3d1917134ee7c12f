-- Which record each accepted row of a snapshot extract is, and whether a newer file or a later row replaced it.
-- Grain: one row per accepted row of the night's files of one extract, in the order of `ordinal`.
-- Inputs: staged_row (records.staged_rows); $extract.
-- Only the newest file of a sender is current; within it the last row of a key.
SELECT
    ordinal,
    $extract || ':' || left(sha256(CASE
        WHEN key_text IS NOT NULL THEN 'key' || chr(31) || key_text
        ELSE 'content' || chr(31) || sender || chr(31) || content || chr(31) || nth
    END), 16) AS record_id,
    age > 1 OR (key_text IS NOT NULL AND place > 1) AS superseded
FROM (
    SELECT
        ordinal,
        key_text,
        sender,
        content,
        rank() OVER (PARTITION BY sender ORDER BY extract_date DESC, file DESC) AS age,
        dense_rank() OVER (PARTITION BY sender, content, extract_date, file ORDER BY "row") AS nth,
        row_number() OVER (PARTITION BY key_text, extract_date, file ORDER BY "row" DESC) AS place
    FROM staged_row
)
ORDER BY ordinal
