-- Grain: one row. Inputs: list_line. Units: lines handed out, and those of them that are random checks.
SELECT count(*) AS lines, count(*) FILTER (WHERE kind = 'random') AS random_lines FROM list_line
