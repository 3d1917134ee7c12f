-- Grain: enterprise that the grid saw; the newest visit, trading places first. Inputs: link_row, $grid (name of the extract).
SELECT enterprise_id, sign_shown, street, community, grid_no, address, trading
FROM link_row
WHERE extract = $grid AND enterprise_id IS NOT NULL AND NOT superseded
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id
  ORDER BY coalesce(trading, 'open') <> 'open', inspected_on DESC NULLS LAST, extract_date DESC, record_id, file, "row"
) = 1
