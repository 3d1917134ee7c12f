-- Grain: enterprise that the registry shows revoked, deregistered or voided. Days from that to the last sign of trading
-- (0 if there is none later). Unit: 天.
-- Inputs: usable_registry, usable_grid (seen open), usable_tax (declared sales or paid tax), usable_employment (people
-- insured). $as_of. The deciding row is the last sign of trading, else the registry's own.
WITH gone AS (
  SELECT enterprise_id, status, status_on, extract, file, "row", probability
  FROM usable_registry
  WHERE status IN ('revoked', 'deregistered', 'voided') AND status_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY status_on DESC, file, "row") = 1
),
sign AS (
  SELECT enterprise_id, coalesce(inspected_on, extract_date) AS seen_on, extract, file, "row", probability,
    '网格巡查见在营' AS how
  FROM usable_grid WHERE trading = 'open'
  UNION ALL
  SELECT enterprise_id, period_start, extract, file, "row", probability, '有纳税申报'
  FROM usable_tax WHERE sales > 0 OR tax_paid > 0
  UNION ALL
  SELECT enterprise_id, month_start, extract, file, "row", probability, '有职工参保'
  FROM usable_employment WHERE insured > 0
),
later AS (
  SELECT g.enterprise_id, s.seen_on, s.extract, s.file, s."row", s.how, s.probability
  FROM gone g JOIN sign s ON s.enterprise_id = g.enterprise_id
  WHERE s.seen_on > g.status_on AND s.seen_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY g.enterprise_id ORDER BY s.seen_on DESC, s.extract, s.file, s."row") = 1
)
SELECT g.enterprise_id, coalesce(l.seen_on - g.status_on, 0) AS value, '天' AS unit,
  concat('登记状态为', CASE g.status WHEN 'revoked' THEN '吊销' WHEN 'deregistered' THEN '注销' ELSE '撤销' END, '（',
    CAST(g.status_on AS VARCHAR), '），其后', coalesce(l.how, '未见经营')) AS detail,
  CAST(NULL AS VARCHAR) AS document, coalesce(l.seen_on, g.status_on) AS occurred_on,
  coalesce(l.extract, g.extract) AS extract, coalesce(l.file, g.file) AS file, coalesce(l."row", g."row") AS "row",
  CAST(round(g.probability * coalesce(l.probability, 1), 6) AS DECIMAL(9, 6)) AS probability
FROM gone g LEFT JOIN later l ON l.enterprise_id = g.enterprise_id
