"""The normalised columns that our linking works on, as texts, for a neighbour that works on tables."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.declaration import load_sources
from pipeline.link.columns.facets import Facets, build_facets, former_names
from pipeline.link.columns.founding import found_firms
from pipeline.link.columns.parties import Ints, Parties, encode, parties_of, read_rows
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.settings import PROJECT_ROOT
from tests.bench.linking_sql import query

REGISTRY = "registry"


def write_columns(night: Path, folder: Path) -> None:
    """Normalises a night's rows and leaves three Parquet files.

    `firm_view` has one row per look of a registered firm (a registry profile, a former name), `node` one
    per distinct set of normalised columns outside the registry, `record` one per accepted row.
    """
    with duckdb.connect(str(night), read_only=True) as con:
        parties = parties_of(read_rows(con, load_sources(PROJECT_ROOT / "sources")))
    words = Vocabularies()
    facets = build_facets(parties, words)
    at_registry = _registry(parties)
    rows = np.flatnonzero(at_registry[parties.profile])
    record, _ = encode(parties.table["record_id"].take(pa.array(rows)))
    firms = found_firms(rows, parties.profile[rows], record, facets, len(words.code))
    owner, former = former_names(parties, words)
    known = np.flatnonzero(at_registry[owner]) if len(owner) else owner
    longer = facets.with_former(owner[known], former.take(known))
    firm = np.full(len(longer), -1, dtype=np.int64)
    firm[parties.profile[rows[::-1]]] = firms.of_row[::-1]
    firm[len(facets) :] = firm[owner[known]]
    row_firm = np.full(len(parties.table), -1, dtype=np.int64)
    row_firm[rows] = firms.of_row
    _write(parties, text_columns(longer, words, firm), row_firm, folder)


def registry_views(parties: Parties, facets: Facets, words: Vocabularies) -> tuple[Facets, Ints]:
    """Looks of registered firms (registry profiles, then former names) and the profile behind each."""
    at_registry = _registry(parties)
    owner, former = former_names(parties, words)
    known = np.flatnonzero(at_registry[owner]) if len(owner) else owner
    looks = np.flatnonzero(at_registry)
    longer = facets.with_former(owner[known], former.take(known))
    index = np.concatenate([looks, len(facets) + np.arange(len(known))])
    return longer.take(index), np.concatenate([looks, owner[known]])


def _registry(parties: Parties) -> np.ndarray:
    is_registry = np.asarray([value == REGISTRY for value in parties.values["extract"]])
    return is_registry[parties.columns["extract"]]


def text_columns(facets: Facets, words: Vocabularies, firm: Ints) -> pa.Table:
    """One row per profile: every normalised column as a text, null where there is nothing."""
    name, sign = facets.name, facets.sign
    spoken = (name.trade > 0) & (name.person == 0)
    columns = {
        "profile": pa.array(np.arange(len(facets))),
        "firm": pa.array(firm),
        "full_name": _texts(words.full.words, np.where(spoken & (name.formal > 0), name.full, 0)),
        "trade": _texts(words.trade.words, np.where(spoken, name.trade, sign.trade)),
        "trade_sound": _texts(words.sound.words, np.where(spoken, name.sound, sign.sound)),
        "sign": _texts(words.trade.words, np.where(spoken, sign.trade, 0)),
        "sign_sound": _texts(words.sound.words, np.where(spoken, sign.sound, 0)),
        "industry": _texts(words.industry.words, np.where(name.industry > 0, name.industry, sign.industry)),
        "form": _texts(words.form.words, name.form),
        "form_class": _texts(words.form_class.words, name.form_class),
        "branch": _texts(words.branch.words, name.branch),
        "city": _texts(words.region.words, name.city),
        "person": _texts(words.person.words, facets.person),
        "person_sound": _texts(words.person_sound.words, facets.person_sound),
        "phone": _texts(words.phone.words, facets.phone),
        "phone_other": _texts(words.phone.words, facets.phone_other),
    }
    places = ("street", "community", "road", "site", "building", "block", "floor", "room", "house_code")
    columns |= {place: _texts(words.place.words, getattr(facets, place)) for place in places}
    columns["door"] = _texts([str(i) if i else "" for i in range(int(facets.door.max()) + 1)], facets.door)
    codes = ("uscc", "org", "registration", "hint", "token", "taxpayer", "social")
    columns |= {code: _texts(words.code.words, getattr(facets, code)) for code in codes}
    flags = ("shared", "bare", "closed", "unlicensed", "licensed")
    columns |= {flag: pa.array(getattr(facets, flag) > 0) for flag in flags}
    columns["is_named"] = pa.array((spoken | (sign.trade > 0)) & (facets.bare == 0))
    return pa.table(columns)


def _texts(words: Sequence[str], index: Ints) -> pa.Array:
    return pa.array([word or None for word in words], pa.string()).take(pa.array(index))


def _write(parties: Parties, look: pa.Table, row_firm: Ints, folder: Path) -> None:
    record = parties.table.select(["extract", "file", "row", "superseded"])
    record = record.append_column("profile", pa.array(parties.profile))
    record = record.append_column("firm", pa.array(row_firm))
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        con.register("look", look)
        con.register("record_profile", record)
        for name in ("firm_view", "node", "record"):
            pq.write_table(con.execute(query(name)).to_arrow_table(), folder / f"{name}.parquet")
