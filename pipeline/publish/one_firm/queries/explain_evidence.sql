-- Grain: finding that counts for one enterprise. Inputs: evidence. Units: points in hundredths.
SELECT rule_id, title, reading, clause, points, occurred_on, expires_on, probability, extract, file, row, document, text, legal_basis
FROM evidence
WHERE enterprise_id = $enterprise_id
ORDER BY points DESC, occurred_on DESC NULLS LAST, rule_id, extract, file, row, text
