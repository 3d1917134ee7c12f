-- Grain: one row. Inputs: record_link, enterprise. Units: rows; firms.
SELECT
  count(*) AS links,
  count(*) FILTER (WHERE decision = 'certain') AS certain,
  count(*) FILTER (WHERE decision = 'probable') AS probable,
  count(*) FILTER (WHERE decision = 'review') AS review,
  count(*) FILTER (WHERE decision = 'none') AS nobody,
  (SELECT count(*) FROM enterprise) AS enterprises,
  (SELECT count(*) FROM enterprise WHERE registration_state = 'registered') AS registered
FROM record_link
