-- Grain: enterprise and kind of word (name, sign, street, community, address, code, number) with the word that most current
-- rows say; ties go to the newer, then to the smaller word. Inputs: link_row.
WITH said AS (
  SELECT enterprise_id, extract_date, unnest([
    {'kind': 'name', 'word': name_shown},
    {'kind': 'sign', 'word': sign_shown},
    {'kind': 'street', 'word': CASE WHEN NOT shared_address THEN street END},
    {'kind': 'community', 'word': CASE WHEN NOT shared_address THEN community END},
    {'kind': 'address', 'word': CASE WHEN NOT shared_address THEN address END},
    {'kind': 'building', 'word': building},
    {'kind': 'uscc', 'word': uscc_valid},
    {'kind': 'registration_no', 'word': registration_valid}
  ]) AS item
  FROM link_row
  WHERE enterprise_id IS NOT NULL AND NOT superseded
)
SELECT enterprise_id, item.kind AS kind, item.word AS word
FROM said
WHERE item.word IS NOT NULL AND item.word <> ''
GROUP BY enterprise_id, kind, word
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id, kind ORDER BY count(*) DESC, max(extract_date) DESC, length(word) DESC, word
) = 1
