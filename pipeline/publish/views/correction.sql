-- Grain: judgement given by a person. Inputs: built.correction.
SELECT correction_id, kind, record_id, enterprise_id, given_by, given_on, reason, withdrawn_on, effect
FROM built.correction
ORDER BY correction_id
