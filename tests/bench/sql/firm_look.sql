-- Looks of known entities. Grain: unique_id. Input: compared.
SELECT * FROM compared WHERE is_view
