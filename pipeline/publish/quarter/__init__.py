"""The quarterly report: a workbook for each street, and the summary."""
