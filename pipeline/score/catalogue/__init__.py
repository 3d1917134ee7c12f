"""The industry catalogue: a table that the user loads, stamped with its edition, and who declares its items.

`reading` takes a file apart, `store` keeps what was loaded, `words` compares texts, `night` brings the
edition in force into a night's tables, `template` writes an empty table to fill in.
"""
