-- Which record each accepted row of an append extract is, and whether a later row replaced it.
-- Grain: one row per accepted row of the night's files of one extract.
-- Inputs: incoming, incoming_file (intake.py); $extract.
-- A row without a key is known by its content and the how-many-th of that content it is.
WITH known AS (
    SELECT
        file_no,
        "row",
        extract_date,
        file,
        $extract || ':' || left(sha256('key' || chr(31) || key_text), 16) AS record_id
    FROM incoming
    JOIN incoming_file USING (file_no)
    WHERE key_text IS NOT NULL
),
repeated AS (
    SELECT record_id FROM known GROUP BY record_id HAVING count(*) > 1
),
placed AS (
    SELECT
        file_no,
        "row",
        row_number() OVER (PARTITION BY record_id ORDER BY extract_date DESC, file DESC, "row" DESC) AS place
    FROM known
    SEMI JOIN repeated USING (record_id)
),
keyless AS (
    SELECT
        file_no,
        "row",
        is_copy,
        content,
        dense_rank() OVER (PARTITION BY content ORDER BY group_no, "row") AS nth
    FROM incoming
    JOIN incoming_file USING (file_no)
    WHERE key_text IS NULL
)
SELECT known.file_no, known."row", record_id, coalesce(place > 1, false) AS superseded
FROM known
LEFT JOIN placed ON placed.file_no = known.file_no AND placed."row" = known."row"
UNION ALL
SELECT
    file_no,
    "row",
    $extract || ':' || left(sha256('content' || chr(31) || content || chr(31) || nth), 16),
    is_copy
FROM keyless
