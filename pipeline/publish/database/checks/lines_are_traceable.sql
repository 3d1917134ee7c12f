-- A listed enterprise has a finding whose source row is not among the accepted rows.
SELECT e.enterprise_id
FROM evidence e
SEMI JOIN list_line USING (enterprise_id)
ANTI JOIN record_link USING (extract, file, row)
