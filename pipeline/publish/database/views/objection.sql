-- Grain: objection of an enterprise. Inputs: built.objection. What it says and who received it stay in the restricted folder.
-- Unit of days_over: working days.
SELECT
  objection_id, enterprise_id, origin, received_on, acknowledge_by, acknowledged_on, answer_by, answered_on, state, outcome,
  overdue, days_over, file, row
FROM built.objection
ORDER BY received_on, objection_id
