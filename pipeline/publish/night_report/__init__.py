"""The report of the night: one page with its charts."""
