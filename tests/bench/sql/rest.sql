-- Open nodes that are given to no entity. Grain: unique_id. Inputs: open_node, fate.
SELECT n.* FROM open_node AS n JOIN fate AS f USING (unique_id) WHERE f.entity IS NULL
