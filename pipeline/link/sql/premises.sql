-- Grain: building or house. Inputs: link_row. Units: enterprise_count counts enterprises seen there in current rows;
-- a shared registration address does not count as being there.
WITH word AS (
  SELECT premises_id, kind, word, count(*) AS times
  FROM (
    SELECT premises_id, unnest(['house_code', 'address', 'street', 'community']) AS kind,
      unnest([nullif(trim(house_code), ''), address, street, community]) AS word
    FROM link_row
    WHERE premises_id IS NOT NULL
  )
  WHERE word IS NOT NULL
  GROUP BY premises_id, kind, word
),
chosen AS (
  SELECT premises_id, kind, word
  FROM word
  QUALIFY row_number() OVER (PARTITION BY premises_id, kind ORDER BY times DESC, length(word), word) = 1
),
counted AS (
  SELECT premises_id, count(DISTINCT enterprise_id) FILTER (WHERE NOT superseded AND NOT shared_address) AS enterprise_count
  FROM link_row
  WHERE premises_id IS NOT NULL
  GROUP BY premises_id
)
SELECT
  premises_id,
  max(word) FILTER (WHERE kind = 'house_code') AS house_code,
  max(word) FILTER (WHERE kind = 'address') AS address,
  max(word) FILTER (WHERE kind = 'street') AS street,
  max(word) FILTER (WHERE kind = 'community') AS community,
  max(enterprise_count) AS enterprise_count
FROM counted
LEFT JOIN chosen USING (premises_id)
GROUP BY premises_id
ORDER BY premises_id
