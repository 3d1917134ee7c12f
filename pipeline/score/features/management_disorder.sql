-- Grain: enterprise known to the registry, the tax office or social insurance. Number of offices whose last word is disorder:
-- in the list of abnormal operations and not taken off; non-normal taxpayer; three or more months of insurance owed. Unit: 个.
-- Inputs: usable_registry, usable_tax, usable_employment. $as_of. The deciding row is the latest such word, else any last word.
WITH word AS (
  SELECT enterprise_id, extract, file, "row", probability, coalesce(abnormal_on, extract_date) AS said_on,
    coalesce(abnormal_on <= $as_of AND (abnormal_off IS NULL OR abnormal_off < abnormal_on), false) AS is_disorder,
    '列入经营异常' AS what
  FROM usable_registry
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY extract_date DESC, file, "row") = 1
  UNION ALL
  SELECT enterprise_id, extract, file, "row", probability, coalesce(status_on, least(period_end, $as_of)),
    status = 'non_normal', '税务非正常户'
  FROM usable_tax WHERE status IS NOT NULL AND period_start <= $as_of
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id ORDER BY period_end DESC, status = 'non_normal' DESC, file, "row") = 1
  UNION ALL
  SELECT enterprise_id, extract, file, "row", probability, least(month_end, $as_of),
    arrears_months >= 3, '社保欠缴三个月以上'
  FROM usable_employment
  WHERE arrears_months IS NOT NULL AND month_start <= $as_of AND month_end > $as_of - INTERVAL 150 DAY
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY month_end DESC, arrears_months DESC, file, "row") = 1
)
SELECT enterprise_id, count(*) FILTER (WHERE is_disorder) OVER (PARTITION BY enterprise_id) AS value, '个' AS unit,
  CASE WHEN is_disorder THEN what END AS detail, CAST(NULL AS VARCHAR) AS document, said_on AS occurred_on,
  extract, file, "row", min(probability) OVER (PARTITION BY enterprise_id, is_disorder) AS probability
FROM word
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_disorder DESC, said_on DESC, extract, file, "row") = 1
