-- Values of the blocking keys. Grain: unique_id, key. Input: look_all. Substrings count characters.
SELECT unique_id, is_view, key, value
FROM (
    SELECT
        unique_id,
        is_view,
        full_name AS b_full,
        trade_sound AS b_sound,
        sign_sound AS b_sign,
        trade_sound || '|' || industry AS b_sound_industry,
        trade_sound || '|' || road AS b_sound_road,
        trade_sound || '|' || coalesce(building, house_code) AS b_sound_building,
        trade_sound || '|' || community AS b_sound_community,
        trade_sound || '|' || street AS b_sound_street,
        trade[1:2] || '|' || industry AS b_start_industry,
        trade[-2:] || '|' || industry AS b_end_industry,
        trade[1:1] || '|' || coalesce(site, building, house_code) AS b_first_site,
        person AS b_person,
        person_sound || '|' || community AS b_person_community,
        person_sound || '|' || road AS b_person_road,
        person_sound || '|' || industry AS b_person_industry,
        phone AS b_phone,
        phone_other AS b_phone_other,
        house_code AS b_house,
        door AS b_door,
        site AS b_site,
        taxpayer AS b_taxpayer,
        social AS b_social,
        nullif(coalesce(hint, uscc, registration, org)[-5:], '') AS b_code_tail,
        nullif(coalesce(hint, uscc, registration, org)[-10:-6], '') AS b_code_middle
    FROM look_all
)
UNPIVOT (value FOR key IN (COLUMNS('^b_')))
