"""Open pairs as a workbook for a clerk."""
