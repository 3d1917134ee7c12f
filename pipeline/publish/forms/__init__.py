"""What all published things share: words, safe cells, lines, tables as text, the frame of a page."""
