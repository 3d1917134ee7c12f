"""Which enterprise a word means: an id, an old id, a code, or part of a name."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.errors import ConfigError

_QUERIES = Path(__file__).parent / "queries"
_MATCHES_SHOWN = 20
Row = dict[str, Any]


def find(con: duckdb.DuckDBPyConnection, text: str) -> list[Row]:
    """The enterprises that a word may mean, of the surest kind only: id, code, whole name, part of a name.

    Raises:
        ConfigError: if it means none.
    """
    word = text.strip()
    code = unicodedata.normalize("NFKC", word).replace(" ", "").upper()
    rows = rows_of(con, "explain_find", word=word, code=code) if word else []
    if not rows:
        raise ConfigError(
            f"no enterprise has the id, code or part of a name {text!r}",
            mend="try fewer characters of its name",
        )
    return [row for row in rows if row["how"] == rows[0]["how"]]


def choices(found: list[Row]) -> Iterator[str]:
    """The lines that tell several enterprises apart."""
    yield f"{len(found)} 家企业符合，请用企业编号再查："
    for row in found[:_MATCHES_SHOWN]:
        facts = (row["uscc"], row["name"], row["sign_name"], row["street"], row["address"])
        standing = f"{row['tier']} {row['score']:>6}" if row["tier"] else "       —"
        yield f"  {row['enterprise_id']}  {standing}  " + "  ".join(filter(None, facts))
    if len(found) > _MATCHES_SHOWN:
        yield f"  …… 另有 {len(found) - _MATCHES_SHOWN} 家"


def rows_of(con: duckdb.DuckDBPyConnection, query: str, **parameters: object) -> list[Row]:
    """The rows of `queries/<query>.sql`, with its values bound."""
    text = (_QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    rows: list[Row] = db.read_arrow(con, text, parameters).to_pylist()
    return rows
