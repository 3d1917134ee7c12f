-- Grain: run kept. Inputs: run. Unit: seconds.
SELECT run_id, as_of, started_at, finished_at
FROM run
ORDER BY started_at, run_id
