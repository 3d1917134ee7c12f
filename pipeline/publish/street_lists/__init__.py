"""The street offices' lists, CSV and XLSX, with what changed and what is gone."""
