-- Grain: line of one street's list, the first $top of them. Inputs: list_line.
SELECT enterprise_id FROM list_line WHERE street = $street AND line <= $top ORDER BY line
