"""What the rows say, as arrays: numbered texts, facets, premises, founding rows."""
