"""Change with open eyes: drafts and other days on a published night, past lists against answers."""
