-- Grain: rule. Inputs: built.rule. Units: points; days.
SELECT
  rule_id, title, clause, category, reading, status, in_force, points, half_life_days, expires_after_days,
  condition, "unless", legal_basis, valid_from, valid_to, lead_department, other_departments, measures,
  false_positives, undefined_terms, features, extracts
FROM built.rule
ORDER BY rule_id
