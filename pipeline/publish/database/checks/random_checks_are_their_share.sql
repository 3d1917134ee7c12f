-- a street's list has not its declared share of random checks.
-- They are at least $random_parts for every $ranked_parts ranked lines, and no more than that takes; fewer only where
-- no firm with findings below the cut is left to draw.
WITH size AS (
  SELECT street, count(*) FILTER (WHERE kind = 'ranked') AS ranked, count(*) FILTER (WHERE kind = 'random') AS drawn
  FROM list_line GROUP BY street
), below AS (
  SELECT street, count(*) AS firms FROM risk WHERE tier NOT IN ('C', 'D') GROUP BY street
)
SELECT s.street
FROM size s LEFT JOIN below b USING (street)
WHERE (s.drawn * $ranked_parts < s.ranked * $random_parts AND s.drawn < coalesce(b.firms, 0))
  OR (s.drawn > 0 AND (s.drawn - 1) * $ranked_parts >= s.ranked * $random_parts)
