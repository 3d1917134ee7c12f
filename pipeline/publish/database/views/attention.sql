-- Grain: something that wants a person. Inputs: built.attention. Telephone numbers are taken out.
SELECT DISTINCT kind, subject, without_phone(sentence) AS sentence
FROM built.attention
ORDER BY ALL
