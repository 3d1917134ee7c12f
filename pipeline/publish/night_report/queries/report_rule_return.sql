-- Grain: rule whose lines were answered. Inputs: rule_return, rule. Units: lines; shares 0–1.
SELECT
  t.rule_id, r.title, r.clause, t.answers, t.confirmed, t.partly, t.not_so, t.wrong_firm,
  t.legalised + t.rectified + t.upgraded AS mended, t.closed_by_order, t.closed_itself + t.relocated AS gone,
  t.not_found, t.random_answers, t.judged, t.share, t.share_low, t.share_high
FROM rule_return t
JOIN rule r USING (rule_id)
WHERE t.answers > 0
ORDER BY t.answers DESC, t.rule_id
