-- Grain: line of the lists. Inputs: list_line, risk, enterprise, evidence, favourable, open_document, last_checked,
-- list_line_history, enterprise_alias. $as_of: the last list is that of the newest earlier as-of.
-- Units: score and points in hundredths. Arrays are in a total order; a reason is one finding.
WITH reason AS (
  SELECT enterprise_id,
    list(
      {'text': coalesce(text, title), 'occurred_on': occurred_on, 'points': points, 'clause': clause,
       'legal_basis': legal_basis, 'extract': extract}
      ORDER BY points DESC, occurred_on DESC NULLS LAST, rule_id, extract, file, row, text
    ) AS reasons
  FROM evidence SEMI JOIN list_line USING (enterprise_id) GROUP BY enterprise_id
), good AS (
  SELECT enterprise_id, list(DISTINCT text ORDER BY text) AS favourable
  FROM favourable SEMI JOIN list_line USING (enterprise_id) GROUP BY enterprise_id
), unfinished AS (
  SELECT enterprise_id,
    list(
      {'document': document, 'deadline': deadline} ORDER BY deadline NULLS LAST, document, extract
    ) AS documents
  FROM open_document SEMI JOIN list_line USING (enterprise_id) GROUP BY enterprise_id
), last_line AS (
  SELECT coalesce(a.enterprise_id, h.enterprise_id) AS enterprise_id, h.street AS street_then, h.kind AS kind_then,
    h.tier AS tier_then
  FROM list_line_history h
  LEFT JOIN enterprise_alias a ON a.old_id = h.enterprise_id
  WHERE h.as_of = (SELECT max(as_of) FROM list_line_history WHERE as_of < $as_of)
  QUALIFY row_number() OVER (
    PARTITION BY coalesce(a.enterprise_id, h.enterprise_id) ORDER BY h.line, h.street, h.enterprise_id
  ) = 1
)
SELECT
  l.street AS list_street, l.line, l.district_line, l.kind, e.enterprise_id, e.uscc, e.name, e.sign_name,
  e.registration_state, e.community, e.grid_no, e.address, coalesce(e.industry_name, e.industry_code) AS industry,
  r.tier, r.score, r.tier_before, r.categories, r.measures, r.lead_department, r.other_departments,
  r.verify_identity_first, coalesce(n.reasons, []) AS reasons, coalesce(g.favourable, []) AS favourable,
  coalesce(u.documents, []) AS documents, c.last_checked_on,
  b.street_then, b.kind_then, b.tier_then,
  EXISTS (FROM list_line_history WHERE as_of < $as_of) AS has_last
FROM list_line l
JOIN risk r USING (enterprise_id)
JOIN enterprise e USING (enterprise_id)
LEFT JOIN reason n USING (enterprise_id)
LEFT JOIN good g USING (enterprise_id)
LEFT JOIN unfinished u USING (enterprise_id)
LEFT JOIN last_checked c USING (enterprise_id)
LEFT JOIN last_line b USING (enterprise_id)
ORDER BY l.district_line
