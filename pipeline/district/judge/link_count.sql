-- Rows of registered firms: how many are linked, and how many of those rightly; by extract, decision and code.
-- Grain: extract, decision, is_uncoded. Input: judged_link.
SELECT
    extract,
    decision,
    is_uncoded,
    count(*) AS rows,
    count(*) FILTER (is_linked) AS linked,
    count(*) FILTER (is_right) AS right_rows
FROM judged_link
WHERE kin = 'registered'
GROUP BY extract, decision, is_uncoded
ORDER BY extract, decision, is_uncoded
