-- Looks that the registry itself gives, to learn from. Grain: unique_id. Input: compared.
SELECT * FROM compared WHERE is_view AND NOT is_coded
