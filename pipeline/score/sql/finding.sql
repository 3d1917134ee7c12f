-- Grain: finding, before fading and weighing: a judged row (or deciding row of a feature) that a rule holds.
-- Inputs: judged.
SELECT enterprise_id, rule_id, extract, file, "row", document, occurred_on, expires_on, probability, counted_percent, text
FROM judged WHERE outcome = 'hit'
