-- Grain: something that wants a person. Inputs: built.attention.
SELECT DISTINCT kind, subject, sentence
FROM built.attention
ORDER BY ALL
