-- Grain: one row. How much was handed out, how much came back, and how much of that finds no line.
-- Inputs: list_line_history, answered_line, street_return (published views).
SELECT
  (SELECT count(DISTINCT as_of) FROM list_line_history) AS nights,
  (SELECT min(as_of) FROM list_line_history) AS first_night,
  (SELECT max(as_of) FROM list_line_history) AS last_night,
  (SELECT count(*) FROM list_line_history) AS lines,
  (SELECT count(*) FROM street_return) AS answers,
  (SELECT count(*) FROM street_return r
    WHERE NOT EXISTS (
      SELECT 1 FROM list_line_history l WHERE l.enterprise_id = r.enterprise_id AND l.as_of <= r.checked_on
    )) AS without_line
