-- Grain: enterprise and night: lines of the lists handed out, random checks too, with the rules that stood behind them.
-- Inputs: list_line, risk, evidence, record_link (this night), built.lines_kept (earlier nights kept). Units: score 0–100 in hundredths.
WITH reason AS (
  SELECT enterprise_id, list(rule_id ORDER BY points DESC, rule_id) AS rules
  FROM (SELECT enterprise_id, rule_id, sum(points) AS points FROM evidence GROUP BY enterprise_id, rule_id)
  GROUP BY enterprise_id
), fuzzy AS (
  SELECT enterprise_id, list(DISTINCT record_id ORDER BY record_id) AS fuzzy_records
  FROM built.record_link SEMI JOIN list_line USING (enterprise_id)
  WHERE decision = 'probable' AND NOT superseded
  GROUP BY enterprise_id
)
SELECT as_of, enterprise_id, street, line, kind, tier, score, rules, fuzzy_records
FROM built.lines_kept
WHERE as_of < $as_of
UNION ALL
SELECT CAST($as_of AS DATE), l.enterprise_id, l.street, l.line, l.kind, r.tier, r.score, coalesce(n.rules, []),
  coalesce(f.fuzzy_records, [])
FROM list_line l
JOIN risk r USING (enterprise_id)
LEFT JOIN reason n USING (enterprise_id)
LEFT JOIN fuzzy f USING (enterprise_id)
ORDER BY as_of, enterprise_id
