-- Far fewer or far more firms bear findings than last night.
-- Grain: the district. Gives a word, last night's firms and tonight's. The last night is the newest one of an earlier day.
-- Inputs: risk, risk_history. $times: the band's factor; $least: a difference in firms that never counts.
WITH last_night AS (
  SELECT count(*) AS before FROM risk_history
  WHERE as_of = (SELECT max(as_of) FROM risk_history WHERE as_of < $as_of)
), tonight AS (
  SELECT count(*) AS now FROM risk
)
SELECT 'firms' AS what, before, now
FROM last_night, tonight
WHERE before > 0
  AND abs(now - before) >= $least
  AND (now > before * $times OR before > now * $times)
