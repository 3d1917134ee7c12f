-- Grain: rule. Answers of street offices to lines that it stood behind. Inputs: rule_return (a published view).
SELECT rule_id, answers, confirmed, partly, not_so, wrong_firm, legalised, rectified, upgraded, closed_by_order,
  closed_itself, relocated, not_found, judged, borne_out
FROM rule_return ORDER BY rule_id
