-- Grain: name or sign of another enterprise that stands in a text. Inputs: enterprise.
SELECT DISTINCT other FROM (
  SELECT unnest([name, sign_name]) AS other FROM enterprise WHERE enterprise_id <> $enterprise_id
)
WHERE length(other) >= 2 AND contains($text, other)
ORDER BY other
