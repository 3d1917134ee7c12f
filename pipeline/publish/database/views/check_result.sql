-- Grain: bound held against an extract file. Inputs: built.check_result. Units: the figure's own.
SELECT extract, file, metric, "column", observed, min, max, blocking, passed, why
FROM built.check_result
ORDER BY ALL
