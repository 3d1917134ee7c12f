"""The model's probabilities, estimated from the night and pinned."""
