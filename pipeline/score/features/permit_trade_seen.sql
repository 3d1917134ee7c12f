-- Grain: enterprise whose trade the grid has written down. 1: the trade, as seen on the spot, is one that the law lets nobody
-- open without a permit (food and drink, tobacco, medicines and clinics, printing, dangerous chemicals, vehicle repair,
-- lodging, internet cafes, entertainment, baths and beauty as public places). Unit: 是否.
-- Inputs: usable_grid. A trade is never a finding by itself. The deciding row is one that says so, else the latest visit.
WITH visit AS (
  SELECT *, coalesce(inspected_on, extract_date) AS seen_on,
    regexp_matches(business, concat('餐|饮食|小吃|食品|副食|粮油|熟食|烧烤|烧腊|早餐|早点|快餐|火锅|麻辣烫|肠粉|粉面|面馆|面包|糕点|',
      '奶茶|咖啡|茶餐|甜品|便利店|超市|士多|食堂|烟|酒|药|医疗|诊所|门诊|牙科|口腔|印刷|印务|印后|装订|化工|化学|油漆|涂料|危化|',
      '汽修|汽车维修|机动车|车辆维修|修车|住宿|旅馆|旅店|宾馆|招待所|公寓|网吧|网咖|歌舞|娱乐|KTV|卡拉|游戏|足浴|沐足|桑拿|',
      '洗浴|按摩|美容|美发|理发|典当|刻章|液化气|燃气|烟花')) AS is_permit_trade
  FROM usable_grid WHERE business IS NOT NULL
)
SELECT enterprise_id, CASE WHEN is_permit_trade THEN 1 ELSE 0 END AS value, '是否' AS unit, business AS detail,
  CAST(NULL AS VARCHAR) AS document, seen_on AS occurred_on, extract, file, "row", probability
FROM visit
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_permit_trade DESC, seen_on DESC, file, "row") = 1
