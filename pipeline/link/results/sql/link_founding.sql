-- Grain: enterprise (entity number) and its founding record: of the registry before others, then the smallest extract date,
-- extract, record_id. An enterprise all of whose records count elsewhere is founded by one of its rows.
-- Inputs: link_assigned, link_member, $registry.
WITH candidate AS (
  SELECT entity, 0 AS lent, founding_rank, first_date, extract, record_id
  FROM link_member
  UNION ALL
  SELECT entity, 1, CASE WHEN extract = $registry THEN 0 ELSE 1 END, extract_date, extract, record_id
  FROM link_assigned
)
SELECT entity, record_id, founding_rank = 0 AS is_registered
FROM candidate
QUALIFY row_number() OVER (
  PARTITION BY entity ORDER BY lent, founding_rank, first_date, extract, record_id
) = 1
ORDER BY entity
