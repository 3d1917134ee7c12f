-- Grain: something that wants a person. Inputs: attention.
SELECT kind, subject, sentence
FROM attention
ORDER BY kind, subject, sentence
