"""The room that takes the departments' files in: find → read → type → check → archive → stage."""

from pipeline.ingest.ahead import Ahead, reading_ahead
from pipeline.ingest.fitting import fits
from pipeline.ingest.judge import load_judge
from pipeline.ingest.room import ExtractSummary, IngestSummary, extract, finish

__all__ = [
    "Ahead",
    "ExtractSummary",
    "IngestSummary",
    "extract",
    "finish",
    "fits",
    "load_judge",
    "reading_ahead",
]
