-- Which record each accepted row of a snapshot extract is, and whether a newer file or a later row replaced it.
-- Grain: one row per accepted row of the night's files of one extract.
-- Inputs: incoming, incoming_file (intake.py); $extract; $by_sender (whether the sender is part of the key).
-- Only the newest file of a sender is current; within it the last row of a key.
WITH sent AS (
    SELECT
        sender,
        file_no,
        row_number() OVER (PARTITION BY sender ORDER BY extract_date DESC, file DESC) AS age
    FROM (SELECT DISTINCT sender, file_no FROM incoming)
    JOIN incoming_file USING (file_no)
),
known AS (
    SELECT
        file_no,
        "row",
        sender,
        $extract || ':' || left(
            sha256('key' || chr(31) || CASE WHEN $by_sender THEN sender || chr(31) ELSE '' END || key_text), 16
        ) AS record_id
    FROM incoming
    WHERE key_text IS NOT NULL
),
repeated AS (
    SELECT file_no, record_id FROM known GROUP BY file_no, record_id HAVING count(*) > 1
),
placed AS (
    SELECT
        file_no,
        "row",
        row_number() OVER (PARTITION BY file_no, record_id ORDER BY "row" DESC) AS place
    FROM known
    SEMI JOIN repeated USING (file_no, record_id)
),
keyless AS (
    SELECT
        file_no,
        "row",
        sender,
        content,
        dense_rank() OVER (PARTITION BY sender, content, file_no ORDER BY "row") AS nth
    FROM incoming
    WHERE key_text IS NULL
)
SELECT known.file_no, known."row", record_id, age > 1 OR coalesce(place > 1, false) AS superseded
FROM known
JOIN sent ON sent.sender = known.sender AND sent.file_no = known.file_no
LEFT JOIN placed ON placed.file_no = known.file_no AND placed."row" = known."row"
UNION ALL
SELECT
    keyless.file_no,
    "row",
    $extract || ':' || left(
        sha256('content' || chr(31) || keyless.sender || chr(31) || content || chr(31) || nth), 16
    ),
    age > 1
FROM keyless
JOIN sent ON sent.sender = keyless.sender AND sent.file_no = keyless.file_no
