-- Nodes that may join one another. Grain: unique_id. Input: fate.
SELECT unique_id FROM fate WHERE entity IS NULL AND is_rest
