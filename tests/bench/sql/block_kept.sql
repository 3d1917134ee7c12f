-- Blocking keys without hot blocks. Grain: unique_id. Input: block_value. A block of more than 60 looks, or 300 open nodes, is hot.
WITH hot AS (
    SELECT key, value
    FROM block_value
    GROUP BY key, value
    HAVING count(*) FILTER (is_view) > 60 OR count(*) FILTER (NOT is_view) > 300
),
kept AS (
    SELECT unique_id, key, value FROM block_value ANTI JOIN hot USING (key, value)
)
PIVOT kept ON key IN (
    'b_full', 'b_sound', 'b_sign', 'b_sound_industry', 'b_sound_road', 'b_sound_building', 'b_sound_community',
    'b_sound_street', 'b_start_industry', 'b_end_industry', 'b_first_site', 'b_person', 'b_person_community', 'b_person_road',
    'b_person_industry', 'b_phone', 'b_phone_other', 'b_house', 'b_door', 'b_site', 'b_taxpayer', 'b_social',
    'b_code_tail', 'b_code_middle'
) USING max(value) GROUP BY unique_id
