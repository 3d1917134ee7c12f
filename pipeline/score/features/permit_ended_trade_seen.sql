-- Grain: enterprise with any permit on file and seen by the grid. 1: a permit of a kind was revoked or given back (or has
-- expired on a day that nobody wrote down), none of that kind is in force, and the very trade that it was for is seen open;
-- 0: no such kind. Unit: 是否.
-- Inputs: usable_permits, usable_grid. $as_of. The file does not say since when, so this only warns. The deciding row is the
-- permit's; of several visits on one day the least certain one counts.
WITH trade_word AS (
  SELECT * FROM (VALUES
    ('印刷', '印刷|印务|印后|装订'), ('药', '药'), ('医疗', '医疗|诊所|门诊|牙科|口腔'),
    ('危险化学|危化|化学品', '化工|化学|油漆|涂料|危化'), ('维修|道路运输', '汽修|汽车维修|车辆维修|机动车|修车'),
    ('食品|餐饮', '餐|饮食|小吃|食品|副食|粮油|熟食|烧烤|烧腊|早餐|早点|快餐|火锅|面馆|粉面|面包|糕点|奶茶|咖啡|便利店|超市|士多|食堂'),
    ('烟草', '烟'), ('特种行业|旅馆|旅业', '住宿|旅馆|旅店|宾馆|招待所|典当|刻章'), ('网络|上网', '网吧|网咖'),
    ('娱乐', '歌舞|娱乐|KTV|卡拉|游戏'), ('公共场所|卫生许可', '住宿|旅馆|宾馆|足浴|沐足|桑拿|洗浴|按摩|美容|美发|理发'),
    ('燃气', '燃气|液化气'), ('烟花', '烟花')) AS word (kind, business)
),
held AS (
  SELECT *,
    coalesce(status, 'valid') = 'valid' AND coalesce(valid_to, DATE '9999-12-31') >= $as_of AS in_force
  FROM usable_permits
  QUALIFY row_number() OVER (PARTITION BY enterprise_id, kind
    ORDER BY coalesce(status, 'valid') = 'valid' DESC, coalesce(valid_to, DATE '9999-12-31') DESC, file, "row") = 1
),
seen AS (
  SELECT h.*, g.business, g.file AS seen_file, g."row" AS seen_row, coalesce(g.inspected_on, g.extract_date) AS seen_on,
    CAST(round(h.probability * g.probability, 6) AS DECIMAL(9, 6)) AS joint_probability,
    NOT h.in_force AND (h.status IN ('revoked', 'surrendered') OR (h.status = 'expired' AND h.valid_to IS NULL))
      AND EXISTS (SELECT 1 FROM trade_word t
        WHERE regexp_matches(h.kind, t.kind) AND regexp_matches(g.business, t.business)) AS is_ended
  FROM held h JOIN usable_grid g ON g.enterprise_id = h.enterprise_id
  WHERE g.trading = 'open' AND g.business IS NOT NULL AND coalesce(g.inspected_on, g.extract_date) <= $as_of
    AND coalesce(g.inspected_on, g.extract_date) > coalesce(h.valid_from, DATE '1949-10-01')
)
SELECT enterprise_id, CASE WHEN is_ended THEN 1 ELSE 0 END AS value, '是否' AS unit,
  concat(kind, CASE status WHEN 'revoked' THEN '已吊销或撤销' WHEN 'surrendered' THEN '已注销' WHEN 'expired' THEN '已失效' ELSE '' END,
    '，所见业态“', business, '”') AS detail,
  permit_no AS document, seen_on AS occurred_on, extract, file, "row", joint_probability AS probability
FROM seen
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id
  ORDER BY coalesce(is_ended, false) DESC, seen_on DESC, kind, joint_probability, seen_file, seen_row) = 1
