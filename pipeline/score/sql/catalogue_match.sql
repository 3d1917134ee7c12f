-- Grain: current row of an environmental file and catalogue item that its declared process, products or equipment speak of.
-- Inputs: usable_eia_approvals, usable_registry, catalogue_item, catalogue_word, catalogue_code. $as_of.
-- outcome: matched; excluded (an exclusion of the item stands in the row); other_trade (the firm's registered trade, in the
-- edition of GB/T 4754 that the item names, is another: codes only narrow); denied (不含…); removed (given up, in this row or
-- a later one of the firm); planned (refused or still pending, so no capacity exists). Only matched counts.
WITH file AS (
  SELECT enterprise_id, extract, file, "row", approval_no, project, process, products, equipment, probability,
    coalesce(decided_on, extract_date) AS declared_on,
    coalesce(decision, 'approved') = 'approved' OR coalesce(acceptance = 'passed', false) AS exists_already
  FROM usable_eia_approvals
  WHERE coalesce(decided_on, extract_date) <= $as_of
),
said AS (
  UNPIVOT file ON process, products, equipment INTO NAME "column" VALUE text
),
spoken AS (
  SELECT s.enterprise_id, s.extract, s.file, s."row", s.approval_no, s.project, s.declared_on, s.exists_already,
    s.probability, w.item,
    bool_or(w.verdict = 'excluded') AS is_excluded, bool_or(w.verdict = 'hit') AS is_hit,
    bool_or(w.verdict = 'removed') AS is_removed, bool_or(w.verdict <> 'excluded') AS is_named,
    min(concat(CASE w.kind WHEN 'process' THEN '工艺' WHEN 'product' THEN '产品' ELSE '设备' END, '“', w.word, '”'))
      FILTER (WHERE w.verdict = 'hit') AS word
  FROM said s JOIN catalogue_word w ON w."column" = s."column" AND w.text = s.text
  GROUP BY ALL
),
trade AS (
  SELECT DISTINCT enterprise_id, industry_edition AS edition, regexp_extract(industry_code, '\d+') AS code
  FROM usable_registry
  WHERE industry_edition IS NOT NULL AND regexp_matches(industry_code, '\d\d')
),
agreement AS (
  SELECT t.enterprise_id, c.item, bool_or(starts_with(t.code, c.code) OR starts_with(c.code, t.code)) AS is_of_trade
  FROM trade t JOIN catalogue_code c ON c.edition = t.edition
  GROUP BY t.enterprise_id, c.item
),
removal AS (
  SELECT enterprise_id, item, max(declared_on) AS removed_on FROM spoken WHERE is_removed AND NOT is_hit
  GROUP BY enterprise_id, item
)
SELECT s.enterprise_id, s.item, i.class, i.number, i.due_on, s.word,
  CASE WHEN s.is_excluded THEN 'excluded'
    WHEN s.is_hit AND s.declared_on < r.removed_on THEN 'removed'
    WHEN s.is_hit AND NOT coalesce(a.is_of_trade, true) THEN 'other_trade'
    WHEN s.is_hit AND NOT s.exists_already THEN 'planned'
    WHEN s.is_hit THEN 'matched'
    WHEN s.is_removed THEN 'removed' ELSE 'denied' END AS outcome,
  concat(i.class_title, '类第', i.number, '条“', left(i.text, 40), CASE WHEN length(i.text) > 40 THEN '…' ELSE '' END, '”（', s.word,
    CASE WHEN i.due_on IS NOT NULL THEN concat('，限期至', CAST(i.due_on AS VARCHAR)) ELSE '' END, '）') AS detail,
  s.approval_no, s.project, s.declared_on, s.probability, s.extract, s.file, s."row"
FROM spoken s
JOIN catalogue_item i ON i.item = s.item
LEFT JOIN agreement a ON a.enterprise_id = s.enterprise_id AND a.item = s.item
LEFT JOIN removal r ON r.enterprise_id = s.enterprise_id AND r.item = s.item
WHERE s.is_named
ORDER BY s.enterprise_id, s.item, s.extract, s.file, s."row"
