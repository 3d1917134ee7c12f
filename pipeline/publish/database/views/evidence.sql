-- Grain: finding that counts. Inputs: built.evidence. Units: points in hundredths, exact; probability 0–1.
SELECT
  enterprise_id, rule_id, title, category, reading, clause, points::DECIMAL(9, 2) AS points,
  occurred_on, expires_on, probability, extract, file, row, document, without_phone(text) AS text, legal_basis,
  lead_department
FROM built.evidence
ORDER BY enterprise_id, points DESC, rule_id, extract, file, row, text, document
