-- Grain: answer of the street office to a list line of one enterprise, newest first. Inputs: answered_line.
SELECT as_of, checked_on, result FROM answered_line WHERE enterprise_id = $enterprise_id
ORDER BY checked_on DESC, as_of DESC, result
