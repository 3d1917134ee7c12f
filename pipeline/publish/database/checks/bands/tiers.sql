-- Tiers hold far fewer or far more firms than last night.
-- Grain: tier. Gives its name, last night's firms and tonight's. The last night is the newest one of an earlier day.
-- Inputs: risk, risk_history. $times: the band's factor; $least: a difference in firms that never counts.
WITH last_night AS (
  SELECT tier, count(*) AS firms FROM risk_history
  WHERE as_of = (SELECT max(as_of) FROM risk_history WHERE as_of < $as_of)
  GROUP BY tier
), tonight AS (
  SELECT tier, count(*) AS firms FROM risk GROUP BY tier
), compared AS (
  SELECT tier, coalesce(l.firms, 0) AS before, coalesce(t.firms, 0) AS now
  FROM last_night l FULL JOIN tonight t USING (tier)
)
SELECT tier, before, now
FROM compared
WHERE EXISTS (FROM last_night)
  AND abs(now - before) >= $least
  AND (now > before * $times OR before > now * $times)
ORDER BY tier
