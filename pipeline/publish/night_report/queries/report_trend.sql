-- Grain: night kept and street, of the $most newest nights up to $as_of. Inputs: risk_history. Units: firms in tier D, in tier C.
WITH night AS (
  SELECT DISTINCT as_of FROM risk_history WHERE as_of <= $as_of ORDER BY as_of DESC LIMIT $most
)
SELECT as_of, street, count(*) FILTER (WHERE tier = 'D') AS d, count(*) FILTER (WHERE tier = 'C') AS c
FROM risk_history
SEMI JOIN night USING (as_of)
GROUP BY as_of, street
ORDER BY as_of, street
