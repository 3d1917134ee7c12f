"""Which rows are compared, and how: blocking, comparisons, weights."""
