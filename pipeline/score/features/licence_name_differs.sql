-- Grain: enterprise in the registry whose place the grid saw open, with the number and the name of the licence on the wall.
-- 1: the number is this firm's own, and the name written beside it has less than a third of its characters in common with
-- every name that the registry knows of it (region and form words left out); 0: they agree. Unit: 是否.
-- Inputs: usable_grid, usable_registry. A name of up to four characters may be a person's and is not compared, and none is
-- told on. The deciding row is a place that differs, else the latest.
WITH registered AS (
  SELECT enterprise_id, uscc, registration_no, name, probability FROM usable_registry
  UNION
  SELECT enterprise_id, uscc, registration_no, unnest(former_names), probability FROM usable_registry
),
compared AS (
  SELECT g.enterprise_id, coalesce(g.inspected_on, g.extract_date) AS seen_on, g.extract, g.file, g."row",
    CAST(round(g.probability * n.probability, 6) AS DECIMAL(9, 6)) AS probability,
    list_distinct(string_split(regexp_replace(g.licence_name,
      '广东省?|深圳市?|罗湖区?|个体工商户|有限|责任|股份|分?公司|商行|经营部|[\s()（）·]', '', 'g'), '')) AS written,
    list_distinct(string_split(regexp_replace(n.name,
      '广东省?|深圳市?|罗湖区?|个体工商户|有限|责任|股份|分?公司|商行|经营部|[\s()（）·]', '', 'g'), '')) AS known
  FROM usable_grid g JOIN registered n ON n.enterprise_id = g.enterprise_id
  WHERE g.trading = 'open' AND length(g.licence_name) > 4 AND length(n.name) > 4
    AND g.licence_no IN (n.uscc, n.registration_no)
),
place AS (
  SELECT enterprise_id, seen_on, extract, file, "row", min(probability) AS probability,
    bool_and(len(list_intersect(written, known)) * 3 < least(len(written), len(known))) AS differs
  FROM compared
  GROUP BY enterprise_id, seen_on, extract, file, "row"
)
SELECT enterprise_id, CASE WHEN differs THEN 1 ELSE 0 END AS value, '是否' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, seen_on AS occurred_on, extract, file, "row", probability
FROM place
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY differs DESC, seen_on DESC, file, "row") = 1
