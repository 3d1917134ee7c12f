"""The room's tables: links, enterprises, reviews, doubts, identities."""
