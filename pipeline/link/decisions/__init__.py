"""From scored pairs to links: best firm, second best, clusters of the unregistered, weak bridges."""
