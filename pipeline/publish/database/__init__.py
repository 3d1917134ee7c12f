"""The analysts' warehouse: its views, their dictionary, and the checks before anything is published."""
