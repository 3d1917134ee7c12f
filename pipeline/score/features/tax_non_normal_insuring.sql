-- Grain: enterprise with a tax status. Days that it had been non-normal (非正常户) at the start of the last month in which it
-- still insured people; 0 if it is not non-normal by its last declaration period, or insured nobody since. Unit: 天.
-- Inputs: usable_tax, usable_employment. $as_of. The deciding row is the tax office's last.
WITH latest AS (
  SELECT enterprise_id, status, status_on, extract, file, "row", probability
  FROM usable_tax
  WHERE status IS NOT NULL AND period_end IS NOT NULL AND period_start <= $as_of
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id ORDER BY period_end DESC, status = 'non_normal' DESC, file, "row") = 1
),
insuring AS (
  SELECT enterprise_id, month_start AS seen_on, insured, probability
  FROM usable_employment WHERE insured > 0 AND month_start <= $as_of
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY month_start DESC, insured DESC, file, "row") = 1
)
SELECT t.enterprise_id,
  CASE WHEN t.status = 'non_normal' THEN greatest(coalesce(i.seen_on - t.status_on, 0), 0) ELSE 0 END AS value,
  '天' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document,
  coalesce(i.seen_on, t.status_on) AS occurred_on, t.extract, t.file, t."row",
  CAST(round(t.probability * coalesce(i.probability, 1), 6) AS DECIMAL(9, 6)) AS probability
FROM latest t LEFT JOIN insuring i ON i.enterprise_id = t.enterprise_id
