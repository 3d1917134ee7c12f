-- Grain: rule. Answers of street offices to lines that it stood behind; a line of several rules counts for each.
-- Inputs: rule, answered_line. Units: lines.
WITH said AS (
  SELECT unnest(rules) AS rule_id, kind, result, borne_out FROM answered_line WHERE result <> 'pending'
)
SELECT
  r.rule_id,
  count(s.result) AS answers,
  count(*) FILTER (WHERE s.result = 'confirmed') AS confirmed,
  count(*) FILTER (WHERE s.result = 'partly') AS partly,
  count(*) FILTER (WHERE s.result = 'not_so') AS not_so,
  count(*) FILTER (WHERE s.result = 'wrong_firm') AS wrong_firm,
  count(*) FILTER (WHERE s.result = 'legalised') AS legalised,
  count(*) FILTER (WHERE s.result = 'rectified') AS rectified,
  count(*) FILTER (WHERE s.result = 'upgraded') AS upgraded,
  count(*) FILTER (WHERE s.result = 'closed_by_order') AS closed_by_order,
  count(*) FILTER (WHERE s.result = 'closed_itself') AS closed_itself,
  count(*) FILTER (WHERE s.result = 'relocated') AS relocated,
  count(*) FILTER (WHERE s.result = 'not_found') AS not_found,
  count(s.borne_out) AS judged,
  count(*) FILTER (WHERE s.borne_out) AS borne_out,
  count(*) FILTER (WHERE s.kind = 'random') AS random_answers
FROM rule r
LEFT JOIN said s ON s.rule_id = r.rule_id
GROUP BY r.rule_id
ORDER BY r.rule_id
