"""Brings the edition in force into a night's tables, and finds which items firms' declarations name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import db
from pipeline.night import Night
from pipeline.score.catalogue import store
from pipeline.score.catalogue.model import CLASSES, TITLE, Edition, Item
from pipeline.score.catalogue.words import plain, verdicts
from pipeline.score.features import needs_catalogue
from pipeline.score.judge import SQL
from pipeline.score.model import LegalBasis, Rule

_TEXT, _WHOLE, _DAY = pa.string(), pa.int64(), pa.date32()
_EDITION = pa.schema(
    [("edition", _TEXT), ("sha256", _TEXT), ("file", _TEXT), ("valid_from", _DAY), ("valid_to", _DAY)]
)
_ITEM = pa.schema(
    [
        ("item", _WHOLE),
        ("class", _TEXT),
        ("class_title", _TEXT),
        ("number", _TEXT),
        ("text", _TEXT),
        ("keywords", pa.list_(_TEXT)),
        ("exclusions", pa.list_(_TEXT)),
        ("due_on", _DAY),
    ]
)
_CODE = pa.schema([("item", _WHOLE), ("edition", _TEXT), ("code", _TEXT)])
_WORD = pa.schema(
    [
        ("column", _TEXT),
        ("kind", _TEXT),
        ("text", _TEXT),
        ("item", _WHOLE),
        ("word", _TEXT),
        ("verdict", _TEXT),
    ]
)
# What firms declare to the environment office, by kind of keyword.
_DECLARED = (("process", "process"), ("products", "product"), ("equipment", "equipment"))
# A trade as the grid saw it and a registered scope are words of both kinds.
_NAMED = ("process", "product")
_SCOPES = """
SELECT DISTINCT business_scope AS text FROM usable_registry
WHERE business_scope IS NOT NULL AND enterprise_id IN (
  SELECT enterprise_id FROM usable_grid WHERE business IN (SELECT unnest($named)))
"""


@dataclass(frozen=True)
class InForce:
    """What the night has of the catalogue.

    Attributes:
        edition: the import in force; None if there is none.
        absence: why there is none, in Chinese.
        items: its items, words made plain.
    """

    edition: Edition | None
    absence: str | None
    items: tuple[Item, ...]


def take(con: duckdb.DuckDBPyConnection, night: Night) -> InForce:
    """Takes the edition in force into `catalogue_edition`, `catalogue_item`, `catalogue_code`, and notes it.

    Raises:
        RunError: if what was imported is missing or damaged.
    """
    restricted, as_of = night.settings.restricted, night.settings.as_of
    edition, absence = store.choose(restricted, as_of)
    store.note_night(restricted, as_of, edition, absence)
    items = store.load(restricted, edition).items if edition else ()
    editions = [{name: getattr(edition, name) for name in _EDITION.names}] if edition else []
    _write(con, "catalogue_edition", _EDITION, editions)
    _write(con, "catalogue_item", _ITEM, (_row(item) for item in items))
    codes = (
        {"item": item.row, "edition": name, "code": code}
        for item in items
        for name, found in item.codes.items()
        for code in found
    )
    _write(con, "catalogue_code", _CODE, codes)
    return InForce(edition, None if edition else absence, items)


def match(con: duckdb.DuckDBPyConnection, items: tuple[Item, ...], as_of: date) -> None:
    """Makes `catalogue_word` (which texts speak of which items) and `catalogue_match` from `usable_…`."""
    rows: list[dict[str, Any]] = []
    for column, kind in _DECLARED if items else ():
        rows += _speaking(_distinct(con, "usable_eia_approvals", column), kind, items, column)
    rows += _hints(con, tuple(item for item in items if item.item_class != "restricted"))
    _write(con, "catalogue_word", _WORD, rows)
    db.materialise(con, SQL / "catalogue_match.sql", {"as_of": as_of})


def bound(rules: tuple[Rule, ...], edition: Edition | None, as_of: date) -> tuple[Rule, ...]:
    """The rules, those that look at the catalogue with its edition among their legal bases."""
    if edition is None:
        return rules
    basis = LegalBasis(
        law=TITLE,
        article=f"（{edition.edition}版，导入校验{edition.sha256[:12]}）",
        valid_from=edition.valid_from,
        valid_to=edition.valid_to,
    )
    return tuple(
        rule.model_copy(update={"legal_basis": (*rule.legal_basis, basis)})
        if needs_catalogue(rule.needs.features) and rule.in_force(as_of)
        else rule
        for rule in rules
    )


def _hints(con: duckdb.DuckDBPyConnection, items: tuple[Item, ...]) -> list[dict[str, Any]]:
    """Trades that the grid saw and that name an item, and the registered scopes of those firms alone."""
    if not items:
        return []
    trades = _distinct(con, "usable_grid", "business")
    seen = [row for kind in _NAMED for row in _speaking(trades, kind, items, "business")]
    named = sorted({row["text"] for row in seen})
    scopes = db.read_arrow(con, _SCOPES, {"named": named}).column("text").combine_chunks() if named else None
    if scopes is None:
        return seen
    return seen + [row for kind in _NAMED for row in _speaking(scopes, kind, items, "business_scope")]


def _distinct(con: duckdb.DuckDBPyConnection, table: str, column: str) -> pa.Array:
    query = f"SELECT DISTINCT {column} AS text FROM {table} WHERE {column} IS NOT NULL"
    return db.read_arrow(con, query).column("text").combine_chunks()


def _speaking(texts: pa.Array, kind: str, items: tuple[Item, ...], column: str) -> list[dict[str, Any]]:
    """Rows of `catalogue_word`: texts are sifted whole, and only those that hold a word are taken apart."""
    made = plain(texts)
    sought = {word for item in items for word in (*item.words[kind], *item.exclusions)}
    held = pc.match_substring_regex(made, "|".join(map(re.escape, sorted(sought))) or "$^")
    pairs = zip(texts.filter(held).to_pylist(), made.filter(held).to_pylist(), strict=True)
    return [
        {"kind": kind, "column": column, "text": text, "item": item.row, "word": word, "verdict": verdict}
        for text, plain_text in pairs
        for item, word, verdict in verdicts(plain_text, kind, items)
    ]


def _row(item: Item) -> dict[str, Any]:
    return {
        "item": item.row,
        "class": item.item_class,
        "class_title": CLASSES[item.item_class],
        "number": item.number,
        "text": item.text,
        "keywords": list(dict.fromkeys(item.keywords)),
        "exclusions": list(item.exclusions),
        "due_on": item.due_on,
    }


def _write(
    con: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, rows: Iterable[dict[str, Any]]
) -> None:
    db.write_arrow(con, name, pa.Table.from_pylist(list(rows), schema=schema))
