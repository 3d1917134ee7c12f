-- What became of every data row of the truth, per extract.
-- Grain: extract. Inputs: truth_record, record_link, rejected_row, extract_status, unlinked ($unlinked: extracts that
-- identify no firm, whose accepted rows are counted by extract_status).
WITH rejected AS (
    SELECT DISTINCT extract, file, row FROM rejected_row WHERE scope = 'row' AND reason IS NOT NULL
),
fate AS (
    SELECT
        t.extract,
        t.kind,
        l.row IS NOT NULL AS is_accepted,
        r.row IS NOT NULL AS is_rejected
    FROM truth_record AS t
    LEFT JOIN record_link AS l USING (extract, file, row)
    LEFT JOIN rejected AS r USING (extract, file, row)
),
counted AS (
    SELECT extract, sum(accepted)::BIGINT AS accepted FROM extract_status WHERE file IS NOT NULL GROUP BY extract
)
SELECT
    f.extract,
    count(*) AS data_rows,
    CASE WHEN list_contains($unlinked, f.extract) THEN coalesce(max(c.accepted), 0)
         ELSE count(*) FILTER (f.is_accepted) END AS accepted,
    count(*) FILTER (f.is_rejected) AS rejected,
    CASE WHEN list_contains($unlinked, f.extract) THEN count(*) - coalesce(max(c.accepted), 0) - count(*) FILTER (f.is_rejected)
         ELSE count(*) FILTER (NOT f.is_accepted AND NOT f.is_rejected) END AS unaccounted,
    count(*) FILTER (f.is_accepted AND f.is_rejected) AS both_ways,
    count(*) FILTER (f.kind = 'broken' AND f.is_accepted) AS broken_accepted,
    count(*) FILTER (f.kind = 'data' AND f.is_rejected) AS sound_rejected
FROM fate AS f
LEFT JOIN counted AS c ON c.extract = f.extract
GROUP BY f.extract
ORDER BY f.extract
