-- Grain: street. Inputs: enterprise. Units: firms known there, with findings or without.
SELECT coalesce(street, '街道不明') AS street, count(*) AS enterprises
FROM enterprise
GROUP BY ALL
ORDER BY street
