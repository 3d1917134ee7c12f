-- Grain: street. Firms with any finding on the last night from $first to $last. Inputs: risk_history.
SELECT street, count(*) AS firms
FROM risk_history
WHERE as_of = (SELECT max(as_of) FROM risk_history WHERE as_of BETWEEN $first AND $last)
GROUP BY street
ORDER BY street
