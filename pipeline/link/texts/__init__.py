"""Pure readers of text: names, addresses, persons, identifiers."""
