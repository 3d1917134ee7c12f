-- Grain: finding that counts for one enterprise. Inputs: evidence, record_link, rule. Units: points in hundredths.
SELECT
  v.rule_id, v.title, v.reading, v.category, v.clause, v.points, v.occurred_on, v.expires_on, v.probability, v.extract,
  v.file, v.row, v.document, v.text, v.legal_basis, coalesce(r.false_positives, []) AS false_positives,
  coalesce(l.decision, 'certain') AS decision
FROM evidence v
LEFT JOIN record_link l ON l.extract = v.extract AND l.file = v.file AND l.row = v.row
LEFT JOIN rule r ON r.rule_id = v.rule_id
WHERE v.enterprise_id = $enterprise_id
ORDER BY v.points DESC, v.occurred_on DESC NULLS LAST, v.rule_id, v.extract, v.file, v.row, v.text
