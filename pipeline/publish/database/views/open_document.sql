-- Grain: official document of an enterprise that is still open. Inputs: built.open_document.
SELECT DISTINCT enterprise_id, extract, document, deadline
FROM built.open_document
ORDER BY enterprise_id, deadline, document, extract
