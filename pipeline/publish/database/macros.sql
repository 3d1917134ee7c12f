-- What may be shown of a text; one macro a statement. Inputs: hidden_name (name, proven), made by persons.py.

-- Telephone numbers and what looks like an identity-card number, taken out of a text once.
CREATE OR REPLACE TEMP MACRO one_phone_less(value) AS
  regexp_replace(
    regexp_replace(
      regexp_replace(value, '(^|[^0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]($|[^0-9A-Za-z])', '\1（证件号略）\2', 'g'),
      '(^|[^0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}($|[^0-9])', '\1（电话略）\2', 'g'),
    '(^|[^0-9])0[0-9]{2,3}[- ]?[2-8][0-9]{6,7}($|[^0-9])', '\1（电话略）\2', 'g');

-- The same, twice: two numbers may share the character between them.
CREATE OR REPLACE TEMP MACRO without_phone(value) AS
  CASE WHEN regexp_matches(value, '[0-9][- 0-9]{6}') THEN one_phone_less(one_phone_less(value)) ELSE value END;

-- A firm's name without the person that stands beside it: 某某店（经营者：某某）, or a known person in brackets.
CREATE OR REPLACE TEMP MACRO without_role(value) AS
  regexp_replace(
    regexp_replace(
      value, '[（(【\[]\s*(法定代表人|法人代表|法人|负责人|经营者|业主|店主|店长|老板|当事人)\s*[:：]?\s*\p{Han}{2,4}\s*[）)】\]]', '', 'g'),
    '\s*(法定代表人|法人代表|负责人|经营者|业主|店主|当事人)\s*[:：]\s*\p{Han}{2,4}\s*$', '');
CREATE OR REPLACE TEMP MACRO without_owner(value) AS
  CASE
    WHEN NOT regexp_matches(value, '[（(【\[:：]') THEN value
    WHEN regexp_extract(value, '[（(【\[]\s*(\p{Han}{2,4})\s*[）)】\]]', 1) IN (SELECT name FROM built.hidden_name WHERE proven)
      THEN regexp_replace(without_role(value), '[（(【\[]\s*\p{Han}{2,4}\s*[）)】\]]', '')
    ELSE without_role(value) END;

-- A name, or null where it is, or looks like, that of a person.
CREATE OR REPLACE TEMP MACRO shown_name(value) AS
  CASE WHEN trim(value) IN (SELECT name FROM built.hidden_name) THEN NULL ELSE without_phone(without_owner(value)) END;

-- A sign or a firm's own name, or null where some extract names a person exactly so.
CREATE OR REPLACE TEMP MACRO shown_sign(value) AS
  CASE WHEN trim(value) IN (SELECT name FROM built.hidden_name WHERE proven) THEN NULL ELSE without_phone(without_owner(value)) END;

-- A party that may be a person: shown, without brackets, only where it ends in a word of trade or company.
CREATE OR REPLACE TEMP MACRO shown_party(value) AS
  CASE
    WHEN trim(value) IN (SELECT name FROM built.hidden_name) THEN NULL
    WHEN regexp_matches(
      regexp_replace(value, '[（(【\[].*$', ''),
      '(公司|集团|企业|中心|事务所|合作社|超市|商场|酒楼|酒家|饭店|宾馆|酒店|旅馆|食堂|餐厅|网吧|酒吧|诊所|医院|学校|幼儿园|工作室|经营部|门市部|服务部|维修部|批发部|商行|车行|士多|办事处|委员会|.{2,}厂|.{3,}(店|铺|行|馆|部|坊|档|吧|屋|社|站|院|所|室|庄|园))\s*$')
      THEN without_phone(regexp_replace(value, '[（(【\[].*$', ''))
    ELSE NULL
  END;

-- An amount in 元 as a band: analysts see the order of size, never the sum.
CREATE OR REPLACE TEMP MACRO band(amount) AS
  CASE
    WHEN amount IS NULL OR isnan(amount) THEN NULL
    WHEN amount < 0 THEN '负数'
    WHEN amount = 0 THEN '0'
    WHEN amount < 10000 THEN '1万元以下'
    WHEN amount < 100000 THEN '1–10万元'
    WHEN amount < 1000000 THEN '10–100万元'
    WHEN amount < 10000000 THEN '100–1000万元'
    WHEN amount < 100000000 THEN '1000万–1亿元'
    ELSE '1亿元以上'
  END;

-- The lower end of an amount's band, in 元.
CREATE OR REPLACE TEMP MACRO band_floor(amount) AS
  CASE
    WHEN amount IS NULL OR isnan(amount) THEN NULL
    WHEN amount < 0 THEN -1
    WHEN amount < 10000 THEN CASE WHEN amount = 0 THEN 0 ELSE 1 END
    WHEN amount < 100000 THEN 10000
    WHEN amount < 1000000 THEN 100000
    WHEN amount < 10000000 THEN 1000000
    WHEN amount < 100000000 THEN 10000000
    ELSE 100000000
  END;

-- What a duty of a department is, in words.
CREATE OR REPLACE TEMP MACRO duty_told(duty, list_kind) AS
  CASE duty WHEN 'recheck' THEN '责令整改期满的复查' WHEN 'file' THEN '投诉举报，5个工作日内立案调查'
    ELSE CASE list_kind WHEN 'pollution' THEN '重点污染源，每季度现场检查至少一次'
      WHEN 'work_safety' THEN '安全生产重点企业，每月现场检查至少一次' WHEN 'fire' THEN '消防重点单位，每月现场检查至少一次'
      ELSE '劳资纠纷重点企业，每月巡查一次' END END;
