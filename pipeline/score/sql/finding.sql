-- Grain: finding, before fading and weighing: a judged row (or deciding row of a feature) that a rule holds, and that no
-- answer of a street office has mended away.
-- Inputs: judged, mended_by_answer.
SELECT j.enterprise_id, j.rule_id, j.extract, j.file, j."row", j.document, j.occurred_on, j.expires_on, j.probability,
  least(j.counted_percent, coalesce(m.mended_percent, 100)) AS counted_percent, j.text
FROM judged j
LEFT JOIN mended_by_answer m
  ON m.rule_id = j.rule_id AND m.enterprise_id = j.enterprise_id AND j.occurred_on <= m.mended_on
WHERE j.outcome = 'hit' AND coalesce(m.mended_percent, 100) > 0
