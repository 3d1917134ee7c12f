"""The bench's SELECTs, one a file."""

from pathlib import Path

_SQL = Path(__file__).parent / "sql"


def query(name: str) -> str:
    """The SELECT of that name."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
