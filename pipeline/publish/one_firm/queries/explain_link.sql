-- Grain: current row linked to one enterprise. Inputs: record_link, record_comparison. Newest files first within an extract.
SELECT l.extract, l.file, l.row, l.decision, l.probability, l.basis, c.comparisons
FROM record_link l
LEFT JOIN record_comparison c USING (record_id)
WHERE l.enterprise_id = $enterprise_id AND NOT l.superseded
ORDER BY l.extract, l.file DESC, l.row
