-- Grain: enterprise (entity number) whose street somebody knows: where it trades, and who says so. Inputs: link_row, link_registered,
-- $grid, $registry (names of extracts), $spot (extracts whose officers were at the place).
-- standing: 0 the grid saw it trading there; 1 other officers were there; 2 other departments say so; 3 the grid saw it
-- closed there; 4 a link that is not certain, or only a word or a building's name, says so; 5 registered there; 6 moved away.
-- A row in the registered street may be copied from the registry and says no more than it; a shared registration address
-- says nothing, with or without the mark. Several places of one standing: a certain link before others; of shops the newest
-- visit; else what most extracts say.
WITH told AS (
  SELECT
    l.entity, l.street, l.community, l.address, l.premises_id, l.grid_no, l.inspected_on,
    l.decision = 'certain' AS is_certain, l.extract, l.extract_date, l.record_id, l.file, l."row",
    CASE
      WHEN l.extract = $grid AND coalesce(l.trading, 'open') = 'open' THEN 0
      WHEN l.extract = $grid AND l.trading = 'closed' THEN 3
      WHEN l.extract = $grid THEN 6
      WHEN l.extract = $registry OR l.street IS NOT DISTINCT FROM CASE WHEN NOT r.shared_address THEN r.street END THEN 5
      WHEN l.street_basis IN ('word', 'name') OR NOT is_certain THEN 4
      WHEN list_contains($spot, l.extract) THEN 1
      ELSE 2
    END AS standing
  FROM link_row l
  LEFT JOIN link_registered r USING (entity)
  WHERE l.entity IS NOT NULL AND NOT l.superseded AND l.street IS NOT NULL
    AND (
      l.extract = $grid
      OR NOT (
        l.shared_address
        OR coalesce(r.shared_address AND l.premises_id = r.premises_id AND (l.door = 0 OR l.door = r.door), false)
      )
    )
),
voted AS (
  SELECT entity, standing, street, count(DISTINCT extract) AS extracts
  FROM told
  GROUP BY entity, standing, street
),
lain AS (
  SELECT entity, street, community
  FROM told
  WHERE community IS NOT NULL
  GROUP BY entity, street, community
  QUALIFY row_number() OVER (
    PARTITION BY entity, street ORDER BY min(standing), count(*) DESC, max(extract_date) DESC, community
  ) = 1
),
chosen AS (
  SELECT t.*
  FROM told t
  JOIN voted v USING (entity, standing, street)
  QUALIFY row_number() OVER (
    PARTITION BY t.entity
    ORDER BY
      t.standing, t.is_certain DESC, t.inspected_on DESC NULLS LAST, v.extracts DESC, t.extract <> $registry, t.extract_date DESC,
      t.premises_id IS NULL, length(t.address) DESC NULLS LAST, t.record_id, t.file, t."row"
  ) = 1
)
SELECT
  c.entity, c.street, coalesce(c.community, l.community) AS community, c.address, c.premises_id, c.grid_no,
  c.extract, c.standing
FROM chosen c
LEFT JOIN lain l USING (entity, street)
