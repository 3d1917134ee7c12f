-- Grain: street. Objections received from $first to $last, and those of them that were answered or taken back, and those whose
-- day has passed. Inputs: objection, enterprise.
SELECT e.street, count(*) AS received,
  count(*) FILTER (WHERE o.state IN ('answered', 'withdrawn')) AS settled,
  count(*) FILTER (WHERE o.overdue IS NOT NULL) AS overdue
FROM objection o LEFT JOIN enterprise e USING (enterprise_id)
WHERE o.received_on BETWEEN $first AND $last
GROUP BY e.street
ORDER BY e.street
