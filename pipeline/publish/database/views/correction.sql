-- Grain: judgement given by a person. Inputs: built.correction. Who gave it is a person, and the reason may name one: both stay in the restricted folder.
SELECT
  correction_id, kind, record_id, enterprise_id, NULL::VARCHAR AS given_by, given_on, NULL::VARCHAR AS reason,
  withdrawn_on, is_in_force, is_applied, effect
FROM built.correction
ORDER BY correction_id
