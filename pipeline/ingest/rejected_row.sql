-- What was not accepted: rejected rows and nulled cells, with the record that a rejected row is where its key can be
-- read, and the later row that brought it corrected.
-- Grain: one row per rejected row and per nulled cell of the night's files of one extract.
-- Inputs: incoming_fault, seen_file (file_no, file, extract_date: all files seen), current_row (record_id, file, row,
-- extract_date: staged rows that nothing replaced); $extract; $by_sender.
WITH fault AS (
    SELECT
        file,
        extract_date,
        "row",
        "column",
        scope,
        reason,
        value,
        $extract || ':' || left(
            sha256('key' || chr(31) || CASE WHEN $by_sender THEN sender || chr(31) ELSE '' END || key_text), 16
        ) AS record_id
    FROM incoming_fault
    JOIN seen_file USING (file_no)
)
SELECT
    $extract AS extract,
    fault.file,
    fault."row",
    "column",
    scope,
    reason,
    value,
    fault.record_id,
    current_row.file AS corrected_file,
    current_row."row" AS corrected_row
FROM fault
LEFT JOIN current_row
    ON current_row.record_id = fault.record_id
    AND (current_row.extract_date, current_row.file, current_row."row") > (fault.extract_date, fault.file, fault."row")
ORDER BY ALL
