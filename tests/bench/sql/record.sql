-- Accepted rows, each with its node or (rows of the registry) its firm. Grain: extract, file, row. Inputs: look, record_profile.
WITH numbered AS (
    SELECT profile, min(profile) OVER (PARTITION BY row(*COLUMNS(* EXCLUDE (profile, firm)))) AS node_id FROM look WHERE firm < 0
)
SELECT r.extract, r.file, r.row, r.superseded, n.node_id, CASE WHEN r.firm >= 0 THEN r.firm END AS firm
FROM record_profile AS r
LEFT JOIN numbered AS n USING (profile)
ORDER BY r.extract, r.file, r.row
