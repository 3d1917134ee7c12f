-- Grain: enterprise on any key list. 1: it is on the list of places beside the slopes of the enclave boundary
-- (二线插花地隐患点周边); 0: only on other lists. Unit: 是否.
-- Inputs: usable_key_lists. Standing on a list is no finding: this only stands beside the firm's own failed recheck. The
-- deciding row is that list's, else the first.
SELECT enterprise_id, CASE WHEN list_kind = 'slope' THEN 1 ELSE 0 END AS value, '是否' AS unit,
  CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document, coalesce(listed_on, extract_date) AS occurred_on,
  extract, file, "row", probability
FROM usable_key_lists
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY list_kind = 'slope' DESC, coalesce(listed_on, extract_date), file, "row") = 1
