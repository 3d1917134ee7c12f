-- Grain: the one night that a warehouse is of. Inputs: run.
SELECT run_id, as_of FROM run ORDER BY as_of DESC, run_id DESC LIMIT 1
