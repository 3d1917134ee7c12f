-- Grain: row of an environmental file and catalogue item that its declared process, products or equipment speak of.
-- Inputs: built.catalogue_match. Only the outcome `matched` counts; the others say why a word counts nothing.
SELECT enterprise_id, item, class, number, word, outcome, declared_on, extract, file, row, probability
FROM built.catalogue_match
ORDER BY enterprise_id, item, extract, file, row
