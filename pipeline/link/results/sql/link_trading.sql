-- Grain: enterprise (entity number) that the grid saw; the newest visit, trading places first. Inputs: link_row, $grid (name of the extract).
SELECT entity, sign_shown, street, community, grid_no, address, trading
FROM link_row
WHERE extract = $grid AND entity IS NOT NULL AND NOT superseded
QUALIFY row_number() OVER (
  PARTITION BY entity
  ORDER BY coalesce(trading, 'open') <> 'open', inspected_on DESC NULLS LAST, extract_date DESC, record_id, file, "row"
) = 1
