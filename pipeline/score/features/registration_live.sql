-- Grain: enterprise. 1: the registry holds it and its status lets it trade; 0: no such registration is known. Unit: 是否.
-- Inputs: enterprise. A valid code that the registry extract lacks counts as registered elsewhere, so 1. No source row.
SELECT enterprise_id,
  CASE WHEN registration_state = 'valid_code_not_held' THEN 1
    WHEN registration_state = 'registered' AND coalesce(status, 'active') NOT IN ('revoked', 'deregistered', 'voided')
      THEN 1 ELSE 0 END AS value,
  '是否' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document, CAST(NULL AS DATE) AS occurred_on,
  CAST(NULL AS VARCHAR) AS extract, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS "row", 1 AS probability
FROM enterprise
