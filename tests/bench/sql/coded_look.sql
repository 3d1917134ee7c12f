-- Looks whose valid code says whose they are, to learn from. Grain: unique_id. Input: compared.
SELECT * REPLACE ('rows' AS source_dataset) FROM compared WHERE is_view AND is_coded
