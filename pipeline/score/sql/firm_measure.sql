-- Grain: enterprise with evidence. Measures of its strict findings, the leading rule's first, mild before hard.
-- Inputs: evidence, firm_lead, rule_measure.
WITH offered AS (
  SELECT e.enterprise_id, m.text, min(CASE WHEN m.rule_id = l.rule_id THEN 0 ELSE 1 END) AS after_lead,
    min(m.route_order) AS route_order, min(m.ordinal) AS ordinal
  FROM evidence e
  JOIN firm_lead l ON l.enterprise_id = e.enterprise_id
  JOIN rule_measure m ON m.rule_id = e.rule_id
  WHERE e.reading = 'strict'
  GROUP BY e.enterprise_id, m.text
)
SELECT enterprise_id, list(text ORDER BY after_lead, route_order, ordinal, text) AS measures
FROM offered GROUP BY enterprise_id
