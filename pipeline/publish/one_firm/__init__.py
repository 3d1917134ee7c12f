"""All about one firm: the dossier for the visit, the sheet for the firm, the terminal's explanation."""
