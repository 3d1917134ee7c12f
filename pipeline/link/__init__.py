"""The room that finds one enterprise identity for all rows: who is who, how sure, and why."""

from pipeline.link.room import LinkSummary, run

__all__ = ["LinkSummary", "run"]
