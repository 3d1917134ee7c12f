-- Grain: the whole warehouse. How much of the days from $first to $last it knows. Inputs: run, list_line_history, risk_history.
SELECT
  (SELECT max(as_of) FROM run) AS known,
  count(DISTINCT as_of) AS nights, min(as_of) AS first_night, max(as_of) AS last_night
FROM (SELECT as_of FROM risk_history UNION ALL SELECT as_of FROM list_line_history)
WHERE as_of BETWEEN $first AND $last
