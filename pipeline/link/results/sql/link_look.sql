-- Grain: enterprise (entity number) that the registry or the grid knows: how it looks from outside, to tell changes against. Inputs:
-- link_row, link_registered, link_trading, $grid (name of the extract). signs and places are all that the grid's current
-- rows name; a place that it left is none.
WITH visited AS (
  SELECT
    entity,
    list(DISTINCT sign_shown ORDER BY sign_shown) FILTER (WHERE sign_shown IS NOT NULL) AS signs,
    list(DISTINCT address ORDER BY address) FILTER (WHERE address IS NOT NULL) AS places
  FROM link_row
  WHERE extract = $grid AND entity IS NOT NULL AND NOT superseded AND coalesce(trading, 'open') = 'open'
  GROUP BY entity
)
SELECT
  coalesce(r.entity, t.entity) AS entity,
  r.name_shown AS registered_name,
  CASE WHEN coalesce(t.trading, 'open') = 'open' THEN t.sign_shown END AS sign,
  CASE WHEN NOT r.shared_address THEN r.address END AS registered_address,
  CASE WHEN coalesce(t.trading, 'open') = 'open' THEN t.address END AS trading_address,
  v.signs,
  v.places
FROM link_registered r
FULL JOIN link_trading t USING (entity)
LEFT JOIN visited v ON v.entity = coalesce(r.entity, t.entity)
