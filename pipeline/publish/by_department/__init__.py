"""Each department's own page and workbook: what it delivered, its faults, what it owes."""
