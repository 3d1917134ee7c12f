"""Rows, facets and outcomes put together by hand, for tests of single steps of linking."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.link.columns.facets import Facets, build_facets
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.parties import FACTS, KEY, Parties, Texts, encoded
from pipeline.link.columns.vocabulary import NameFacets, Vocabularies
from pipeline.link.model import shipped_model
from pipeline.link.pairs.comparing import FIELDS, Scored

DAY = date(2017, 3, 1)
# Levels that agree, by field.
NEAR = ("same_room", "same_house", "same_number")
PERSONS = ("exact", "homophone")
CODES = ("valid_equal", "damaged_equal")
_DATES = {"status_on", "established_on", "inspected_on"}


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def names(count: int, **parts: Sequence[int]) -> NameFacets:
    """Names of which only some parts are given; nothing is said elsewhere."""
    return NameFacets(**{one.name: ints(*parts.get(one.name, [0] * count)) for one in fields(NameFacets)})


def facets(
    count: int, name: Mapping[str, Sequence[int]] = {}, sign: Mapping[str, Sequence[int]] = {}, **said: Any
) -> Facets:
    """Profiles of which only some fields are given; nothing is said elsewhere."""
    columns: dict[str, Any] = {one.name: ints(*said.get(one.name, [0] * count)) for one in fields(Facets)}
    return Facets(**columns | {"name": names(count, **name), "sign": names(count, **sign)})


def parties(*rows: Mapping[str, Any]) -> Parties:
    """One row per mapping, each a profile of its own unless it says which; cells not named are null.

    Cells are those of `parties.KEY` and of its table; the extract is the grid's where none is said.
    """
    told = [
        {
            "extract": "grid", "file": "f.csv", "row": at, "record_id": f"r{at}", "extract_date": DAY,
            "superseded": False, "source": row.get("extract", "grid"), "profile": at,
        } | dict(row)
        for at, row in enumerate(rows)
    ]  # fmt: skip
    facts = [name for many in FACTS.values() for name in many]
    kinds = {"row": pa.int64(), "superseded": pa.bool_(), "extract_date": pa.date32()}
    kinds |= {name: pa.date32() for name in _DATES}
    table = pa.table(
        {
            name: pa.array([row.get(name) for row in told], kinds.get(name, pa.string()))
            for name in (
                "extract",
                "file",
                "row",
                "record_id",
                "extract_date",
                "superseded",
                "source",
                *facts,
            )
        }
    )
    profile = ints(*(row["profile"] for row in told))
    first = {int(one): at for at, one in reversed(list(enumerate(profile)))}
    columns, values = {}, {}
    for name in ("extract", *KEY):
        cells = [told[first[one]].get(name) for one in sorted(first)]
        columns[name], texts = encoded(pa.array(cells, pa.string()))
        values[name] = Texts(texts)
    return Parties(table, profile, columns, values)


def read(*rows: Mapping[str, Any]) -> tuple[Parties, Facets, Vocabularies]:
    """Rows as `parties` takes them, their facets, and the texts behind the numbers."""
    words = Vocabularies()
    found = parties(*rows)
    return found, build_facets(found, words), words


def compared(*pairs: Mapping[str, str], total: int = 0) -> Scored:
    """Pairs at some levels; every other field has nothing to compare. All weigh nothing, `total` in all."""
    comparisons = shipped_model().comparisons
    levels = {
        field: ints(*(comparisons[field].code(pair[field]) if field in pair else 0 for pair in pairs))
        for field in FIELDS
    }
    weights = {field: ints(*[0] * len(pairs)) for field in FIELDS}
    return Scored(levels, weights, ints(*[total] * len(pairs)))
