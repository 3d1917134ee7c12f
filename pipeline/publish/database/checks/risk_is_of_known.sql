-- A line of risk names an enterprise that is not there, or another day.
SELECT r.enterprise_id
FROM risk r
LEFT JOIN enterprise e USING (enterprise_id)
WHERE e.enterprise_id IS NULL OR r.as_of <> $as_of OR r.score NOT BETWEEN 0 AND 100
