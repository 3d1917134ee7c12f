-- Grain: clause of the work plan. Inputs: built.clause.
SELECT
  clause, kind, category, title, text, english, departments, remedies, undefined_terms, document_no,
  document_title, issued_on
FROM built.clause
ORDER BY clause
