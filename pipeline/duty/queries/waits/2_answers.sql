-- Grain: one row: lines of tonight's lists whose firm no street office ever answered. Inputs: list_line, list_line_history,
-- answered_line. oldest: the first list that held such a firm.
SELECT '街道尚未反馈的清单行' AS what, '行' AS unit, count(DISTINCT l.enterprise_id) AS number, min(h.as_of) AS oldest
FROM list_line l
JOIN list_line_history h USING (enterprise_id)
ANTI JOIN answered_line a ON a.enterprise_id = l.enterprise_id
