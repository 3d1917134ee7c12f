"""The room's door: reads the staged tables, finds every row's enterprise, writes the linked tables."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import db
from pipeline.declaration import Source
from pipeline.link import corrections, outcome, state
from pipeline.link.bridges import bridge_table
from pipeline.link.compared import compared_tables
from pipeline.link.enforcing import enforce
from pipeline.link.facets import Facets, build_facets, former_names
from pipeline.link.founding import Firms, found_firms
from pipeline.link.handles import Handle, handles_of
from pipeline.link.identity import Change, Identities, attribute_changes, identify
from pipeline.link.judgements import Given, in_force, read_judgements, released_by
from pipeline.link.judging import Judged, judge
from pipeline.link.looks import Seen
from pipeline.link.model import shipped_model
from pipeline.link.ordering import Ints, distinct, distinct_pairs
from pipeline.link.parties import Parties, encode, read_parties
from pipeline.link.resolving import Ledger, Resolver
from pipeline.link.reviews import review_table
from pipeline.link.standing import Views
from pipeline.link.state import History
from pipeline.link.vocabulary import Vocabularies
from pipeline.night import Night

REGISTRY = "registry"
GRID = "grid"
SQL = Path(__file__).parent / "sql"
TABLES = (
    "record_link", "record_premises", "premises", "link_registered", "link_trading", "link_said",
    "link_kind", "link_look", "enterprise",
)  # fmt: skip


@dataclass(frozen=True)
class LinkSummary:
    """What linking came to; counts only.

    Attributes:
        rows: accepted rows of identifying extracts.
        decisions: rows by decision.
        enterprises: enterprises by registration state.
        pairs: candidate pairs compared.
        review_pairs: pairs waiting for a clerk.
        bridges_cut: weak bridges between shops that were cut.
        hot_blocks: blocks left out for their size, by key.
        seconds: seconds by step; for people, in no result.
    """

    rows: int
    decisions: dict[str, int]
    enterprises: dict[str, int]
    pairs: int
    review_pairs: int
    bridges_cut: int
    hot_blocks: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        decided = ", ".join(f"{name} {number}" for name, number in sorted(self.decisions.items()))
        firms = ", ".join(f"{name} {number}" for name, number in sorted(self.enterprises.items()))
        return (
            f"{self.rows} rows ({decided}) → enterprises ({firms}); "
            f"{self.pairs} pairs compared, {self.review_pairs} wait for review, "
            f"{self.bridges_cut} weak bridges cut"
        )


def run(night: Night, sources: dict[str, Source]) -> LinkSummary:
    """Links every accepted row of the identifying extracts and writes the tables of this room.

    Args:
        night: the night; its database holds `stg_<extract>`.
        sources: the declarations.

    Raises:
        RunError: if the identity state that the journal names is missing.
        ConfigError: if a judgement cannot be read.
    """
    with closing(night.connect()) as con:
        return _run(con, night, sources)


def _run(con: duckdb.DuckDBPyConnection, night: Night, sources: Mapping[str, Source]) -> LinkSummary:
    ledger = Ledger()
    parties = read_parties(con, sources)
    ledger.step("读取")
    words = Vocabularies()
    facets = build_facets(parties, words, night.settings.threads)
    ledger.step("规范化")
    history = state.read_history(night.settings)
    firms, registry_profiles, all_facets = _found(parties, facets, words)
    resolver = Resolver(all_facets, words, firms, registry_profiles, shipped_model(), ledger)
    others = np.setdiff1d(np.arange(parties.count), distinct(parties.profile[firms.rows]))
    given = read_judgements(night.settings.corrections, history.given.aliases)
    judged = judge(in_force(given), parties, firms, history.given, REGISTRY)

    def may_found(profiles: Ints) -> Ints:
        return _may_found(profiles, all_facets, parties, sources)

    resolution = enforce(resolver.resolve(others, may_found, judged), judged, may_found)
    linked = outcome.assemble(parties, all_facets, words, firms, resolution, resolver, judged)
    handles = handles_of(parties, all_facets, words, linked.row_entity)
    identities, changes = _identify(
        con, parties, linked, handles, history, judged, given, night.settings.as_of
    )
    ids = pa.array([None, *identities.ids], pa.string())
    rows = outcome.link_rows(parties, all_facets, words, linked, ids, history.earlier.of_record)
    db.write_arrow(con, "link_row", rows)
    db.write_arrow(con, "link_entity", outcome.entity_table(linked, identities.ids))
    for name in TABLES:
        db.materialise(con, SQL / f"{name}.sql", {"registry": REGISTRY, "grid": GRID})
    reviews = review_table(parties, linked, resolution, identities.ids, resolver, judged)
    db.write_arrow(con, "review_pair", reviews)
    tables = compared_tables(parties, linked, resolution, identities.ids, resolver.model)
    for name, table in zip(("compared_record", "comparison_pattern"), tables, strict=True):
        db.write_arrow(con, name, table)
    db.materialise(con, SQL / "record_comparison.sql")
    db.write_arrow(con, "link_bridge", bridge_table(resolver.bridges, outcome.record_of_profile(parties)))
    sources_come = set(pc.unique(parties.table["source"]).to_pylist())
    _write_identities(con, identities, changes, history, handles, sources_come, as_of)
    corrections.write(con, given, identities.aliases, history.earlier, REGISTRY)
    ledger.step("写出")
    return _summary(con, ledger)


def _found(parties: Parties, facets: Facets, words: Vocabularies) -> tuple[Firms, Views, Facets]:
    """Registered firms, their looks (rows and former names), and the facets with former names behind."""
    is_registry = np.asarray([value == REGISTRY for value in parties.values["extract"]])
    rows = np.flatnonzero(is_registry[parties.columns["extract"]][parties.profile])
    profile = parties.profile[rows]
    record, _ = encode(parties.table["record_id"].take(pa.array(rows)))
    firms = found_firms(rows, profile, record, facets, len(words.code))
    owner, names = former_names(parties, words)
    of_owner = np.flatnonzero(is_registry[parties.columns["extract"]][owner]) if len(owner) else owner
    longer = facets.with_former(owner[of_owner], names.take(of_owner))
    pairs = distinct_pairs(profile, firms.of_row)
    former_at, former_entity = _former_views(pairs, owner[of_owner], len(facets))
    return (
        firms,
        Views(np.concatenate([pairs[0], former_at]), np.concatenate([pairs[1], former_entity])),
        longer,
    )


def _former_views(pairs: tuple[Ints, Ints], owner: Ints, base: int) -> tuple[Ints, Ints]:
    start = np.searchsorted(pairs[0], owner, side="left")
    size = np.searchsorted(pairs[0], owner, side="right") - start
    at = np.repeat(np.arange(len(owner)), size)
    offset = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    entity: Ints = pairs[1][np.repeat(start, size) + offset]
    return base + at, entity


def _may_found(profiles: Ints, facets: Facets, parties: Parties, sources: Mapping[str, Source]) -> Ints:
    """1 where a profile may found an enterprise: it has a name or a sign, or a place of trade was seen.

    A bare person never does, nor a place that showed a licence without a word of whose it is: it stands
    in some register, and is left to a clerk.
    """
    f = facets.take(profiles)
    seen = np.array(
        [
            name in sources
            and bool(sources[name].with_role("sign_name"))
            and not sources[name].with_role("name_or_person")
            for name in parties.values["extract"]
        ]
    )
    named = (
        ((f.name.trade > 0) & (f.name.person == 0))
        | (f.sign.trade > 0)
        | (f.uscc > 0)
        | (f.org > 0)
        | seen[f.extract]
    )
    somebodys = (f.licensed > 0) & (f.name.known == 0) & (f.sign.known == 0) & (f.uscc == 0) & (f.org == 0)
    result: Ints = (named & (f.bare == 0) & ~somebodys).astype(np.int64)
    return result


def _identify(
    con: duckdb.DuckDBPyConnection,
    parties: Parties,
    linked: outcome.Linked,
    handles: list[Handle],
    history: History,
    judged: Judged,
    given: list[Given],
    as_of: date,
) -> tuple[Identities, list[Change]]:
    """Ids of tonight's entities, and what changed since the earlier day.

    Leaves `link_member`, a record's entity, in the database.
    """
    held = np.flatnonzero(linked.row_entity >= 0)
    columns = ["record_id", "extract", "source", "extract_date", "superseded"]
    rows = parties.table.select(columns).take(pa.array(held))
    rows = rows.append_column("entity", pa.array(linked.row_entity[held]))
    db.write_arrow(con, "link_assigned", rows.append_column("ordinal", pa.array(held)))
    for name in ("link_member", "link_founding"):
        db.materialise(con, SQL / f"{name}.sql", {"registry": REGISTRY})
    founding = db.read_arrow(con, "SELECT record_id FROM link_founding ORDER BY entity")
    records, entity, _ = _members(con)
    parted = judged.parted_records(parties)
    released = released_by(given)
    moved = judged.moved_records(parties, history.given)
    # A record claims no id of an enterprise that it was judged not to be, nor of one that it was led from.
    pairs = [
        (number, record)
        for number, record in zip(entity.tolist(), records, strict=True)
        if record not in moved and (record, history.given.of_record.get(record)) not in parted
    ]
    pairs = pairs if history.given.of_record else []
    founders = founding["record_id"].to_pylist()
    found = identify(founders, pairs, history.given, as_of, released, handles)
    if history.earlier is history.given:
        return found, found.changes
    return found, identify(founders, pairs, history.earlier, as_of, released, handles).changes


def _members(con: duckdb.DuckDBPyConnection) -> tuple[list[str], Ints, list[str]]:
    """Records that have an entity, each once, their entities, and extract and sender of each."""
    table = db.read_arrow(con, "SELECT record_id, entity, source FROM link_member ORDER BY record_id")
    return table["record_id"].to_pylist(), table["entity"].to_numpy(), table["source"].to_pylist()


def _write_identities(
    con: duckdb.DuckDBPyConnection,
    found: Identities,
    changes: list[Change],
    history: History,
    handles: list[Handle],
    came: set[str],
    as_of: date,
) -> None:
    table = db.read_arrow(con, "SELECT * FROM link_look ORDER BY enterprise_id").to_pylist()
    looks = {row["enterprise_id"]: Seen.of(row) for row in table}
    seen = [looks.get(name, Seen()) for name in found.ids]
    changes = changes + attribute_changes(
        found.ids, seen, history.earlier, found.aliases, history.earlier.awaited(came)
    )
    awaited = history.given.awaited(came)
    tonight = state.Tonight(*_members(con), [one.look for one in seen], handles, awaited)
    db.write_arrow(con, "identity_state", state.new_state(tonight, found, history.given))
    db.write_arrow(con, "identity_change", _change_table(changes, as_of))
    schema = pa.schema([("old_id", pa.string()), ("enterprise_id", pa.string()), ("since", pa.date32())])
    aliases = sorted((old, target, since) for old, (target, since) in found.aliases.items())
    rows = [dict(zip(schema.names, row, strict=True)) for row in aliases]
    db.write_arrow(con, "enterprise_alias", pa.Table.from_pylist(rows, schema=schema))


def _change_table(changes: list[Change], as_of: date) -> pa.Table:
    schema = pa.schema(
        [
            ("enterprise_id", pa.string()),
            ("change", pa.string()),
            ("other_enterprise_id", pa.string()),
            ("as_of", pa.date32()),
        ]
    )
    ordered = sorted(changes, key=lambda c: (c.enterprise_id, c.change, c.other_enterprise_id or ""))
    rows = [
        {
            "enterprise_id": c.enterprise_id,
            "change": c.change,
            "other_enterprise_id": c.other_enterprise_id,
            "as_of": as_of,
        }
        for c in ordered
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _summary(con: duckdb.DuckDBPyConnection, ledger: Ledger) -> LinkSummary:
    decisions = con.execute("SELECT decision, count(*) FROM record_link GROUP BY 1 ORDER BY 1").fetchall()
    states = con.execute(
        "SELECT registration_state, count(*) FROM enterprise GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return LinkSummary(
        rows=sum(number for _, number in decisions),
        decisions=dict(decisions),
        enterprises=dict(states),
        pairs=ledger.counts.get("候选对", 0),
        review_pairs=db.count(con, "review_pair"),
        bridges_cut=db.count(con, "link_bridge"),
        hot_blocks=dict(sorted(ledger.hot.items())),
        seconds=dict(ledger.seconds),
    )
