-- Grain: enterprise identity. Inputs: link_row, link_registered, link_trading, link_whereabouts, link_said, link_entity.
-- Counts are of current rows. Street, community, grid number and address are of the place where it trades, told by one row
-- (link_whereabouts); the street is null where nobody knows, and the address then is what was written down.
WITH counted AS (
  SELECT
    entity,
    count(*) FILTER (WHERE NOT superseded) AS record_count,
    count(DISTINCT extract) FILTER (WHERE NOT superseded) AS extract_count,
    min(extract_date) AS first_seen,
    max(extract_date) AS last_seen
  FROM link_row
  WHERE entity IS NOT NULL
  GROUP BY entity
)
SELECT
  e.enterprise_id,
  CASE
    WHEN e.state = 'registered'
      THEN coalesce(r.name_shown, t.sign_shown, s.sign, '个体工商户（未起字号）')
    ELSE coalesce(
      s.name, t.sign_shown, s.sign,
      '无招牌场所（' || coalesce(t.community, s.community, s.street, '社区不明') || '·' || coalesce(s.building, '楼栋不明') || '）'
    )
  END AS name,
  coalesce(t.sign_shown, s.sign) AS sign_name,
  coalesce(r.uscc, s.uscc) AS uscc,
  coalesce(r.registration_no, s.registration_no) AS registration_no,
  e.state AS registration_state,
  r.entity_type,
  r.status,
  r.status_on,
  r.industry_code,
  NULL::VARCHAR AS industry_name,
  w.street,
  CASE WHEN w.street IS NOT NULL THEN w.community ELSE coalesce(s.community, t.community) END AS community,
  w.grid_no,
  coalesce(w.address, r.address, s.address, t.address) AS address,
  r.established_on,
  c.record_count,
  c.extract_count,
  c.first_seen,
  c.last_seen
FROM counted c
JOIN link_entity e USING (entity)
LEFT JOIN link_registered r USING (entity)
LEFT JOIN link_trading t USING (entity)
LEFT JOIN link_whereabouts w USING (entity)
LEFT JOIN link_said s USING (entity)
