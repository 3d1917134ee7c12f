-- Grain: document of one enterprise that is still open. Inputs: open_document.
SELECT extract, document, deadline FROM open_document WHERE enterprise_id = $enterprise_id
ORDER BY deadline NULLS LAST, document, extract
