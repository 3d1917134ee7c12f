-- Grain: one row. Inputs: enterprise, review_pair. Units: firms; pairs.
SELECT
  (SELECT count(*) FROM enterprise) AS enterprises,
  (SELECT count(*) FROM enterprise WHERE registration_state = 'registered') AS registered,
  (SELECT count(*) FROM enterprise WHERE registration_state = 'valid_code_not_held') AS valid_code_not_held,
  (SELECT count(*) FROM enterprise WHERE registration_state = 'not_found') AS not_found,
  (SELECT count(*) FROM review_pair) AS review_pairs
