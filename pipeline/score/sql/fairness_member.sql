-- Grain: enterprise and kind of group. Which groups a firm is counted in, whether it stands high (C, D), at the top (D),
-- and how often the grid saw it (shown beside the rates, never scored).
-- Inputs: enterprise, risk, linked_grid (for size and visits). Groups: street, entity type, size by people seen at work,
-- number of extracts that see the firm, registered or not.
-- $as_of: the day; $visited_within_days: how long ago a visit may be to count as recent.
WITH seen AS (
  SELECT enterprise_id, max(employees) AS employees,
    count(*) FILTER (WHERE inspected_on <= $as_of) AS visits,
    coalesce(bool_or(inspected_on BETWEEN $as_of - CAST($visited_within_days AS INTEGER) AND $as_of), false) AS is_visited
  FROM linked_grid GROUP BY enterprise_id
),
firm AS (
  SELECT e.enterprise_id, coalesce(r.tier IN ('C', 'D'), false) AS is_high, coalesce(r.tier = 'D', false) AS is_top,
    coalesce(s.visits, 0) AS visits, coalesce(s.is_visited, false) AS is_visited,
    coalesce(e.street, '街道不明') AS street,
    CASE WHEN e.entity_type LIKE '%个体%' THEN '个体工商户' WHEN e.entity_type LIKE '%分%' THEN '分支机构'
      WHEN e.entity_type IS NULL THEN '类型不明' ELSE '企业' END AS entity_type,
    CASE WHEN s.employees IS NULL THEN '人数不明' WHEN s.employees < 5 THEN '1—4人' WHEN s.employees < 20 THEN '5—19人'
      ELSE '20人以上' END AS size_band,
    CASE WHEN e.extract_count >= 5 THEN '5个以上' ELSE concat(e.extract_count, '个') END AS seen_by,
    CASE WHEN e.registration_state = 'registered' THEN '已登记' ELSE '未匹配到登记' END AS registered
  FROM enterprise e
  LEFT JOIN risk r ON r.enterprise_id = e.enterprise_id
  LEFT JOIN seen s ON s.enterprise_id = e.enterprise_id
)
UNPIVOT firm ON street, entity_type, size_band, seen_by, registered INTO NAME kind VALUE "group"
ORDER BY enterprise_id, kind
