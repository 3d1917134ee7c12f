-- Grain: something that wants a person. Inputs: attention.
SELECT DISTINCT kind, subject, sentence
FROM attention
ORDER BY ALL
