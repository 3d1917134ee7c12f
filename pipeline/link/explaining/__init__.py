"""A decision in words, comparison by comparison."""
