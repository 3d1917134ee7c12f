"""The room's door: reads the staged tables, finds every row's enterprise, writes the linked tables."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa

from pipeline import db
from pipeline.beside import beside
from pipeline.declaration import Source
from pipeline.garbage import unsearched
from pipeline.keys import load_key
from pipeline.link.columns.facets import Facets, build_facets, former_names
from pipeline.link.columns.founding import Firms, found_firms
from pipeline.link.columns.ordering import Ints, distinct_pairs, matches
from pipeline.link.columns.parties import Parties, encode, identifying, parties_of, read_rows
from pipeline.link.columns.releasing import release
from pipeline.link.columns.shelving import Shelf
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.columns.whereabouts import add_reference
from pipeline.link.decisions.bridges import bridge_table
from pipeline.link.decisions.enforcing import enforce
from pipeline.link.decisions.engine import Engine
from pipeline.link.decisions.ledger import Ledger
from pipeline.link.decisions.resolving import Resolver
from pipeline.link.decisions.standing import Views
from pipeline.link.engines import opened
from pipeline.link.estimation import training
from pipeline.link.estimation.estimating import estimate
from pipeline.link.estimation.evidence import gather, registered_shares
from pipeline.link.identification import state
from pipeline.link.identification.handles import handles_of
from pipeline.link.judgement import corrections
from pipeline.link.judgement.judgements import in_force, read_judgements
from pipeline.link.judgement.judging import judge
from pipeline.link.model import Model, shipped_model
from pipeline.link.pairs.pieces import Pieces
from pipeline.link.results import doubting, outcome
from pipeline.link.results.compared import compared_tables
from pipeline.link.results.identities import identify_tonight, write_identities
from pipeline.link.results.members import founding_of, members_of
from pipeline.link.results.reviews import review_table
from pipeline.link.results.tables import Tables
from pipeline.night import Night, record_attention

LEAST_LIMIT = 512_000_000  # bytes; a smaller limit is not halved
REGISTRY = "registry"
GRID = "grid"
# Whose officers were at the place that their rows name.
ON_THE_SPOT = ["env_penalties", "illegal_buildings", "safety_inspections", "street_cases"]
BOUND = {"registry": REGISTRY, "grid": GRID, "spot": ON_THE_SPOT}
MAKERS = 2  # threads in which DuckDB makes tables, where the night may have as many and rows lie in memory


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
        drift: per field, how far tonight's links are from those that the model was pinned with (0–1).
        learnt: what an estimated model changed, for the operator; empty where the pinned one linked.
    """

    rows: int
    decisions: dict[str, int]
    enterprises: dict[str, int]
    pairs: int
    review_pairs: int
    bridges_cut: int
    hot_blocks: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    learnt: str = ""

    def __str__(self) -> str:
        decided = ", ".join(f"{name} {number}" for name, number in sorted(self.decisions.items()))
        firms = ", ".join(f"{name} {number}" for name, number in sorted(self.enterprises.items()))
        return (
            f"{self.rows} rows ({decided}) → enterprises ({firms}); "
            f"{self.pairs} pairs compared, {self.review_pairs} wait for review, "
            f"{self.bridges_cut} weak bridges cut"
        )


def run(night: Night, sources: dict[str, Source], *, anew: bool = False) -> LinkSummary:
    """Links every accepted row of the identifying extracts and writes the tables of this room.

    The pinned model decides; on a place that has none, one is estimated from the night and pinned.

    Args:
        night: the night; its database holds `stg_<extract>`.
        sources: the declarations.
        anew: estimate and pin a model although one is pinned.

    Raises:
        RunError: if the identity state that the journal names is missing.
        ConfigError: if a judgement cannot be read, or what the engine needs is missing.
    """
    with opened(night) as engine, unsearched():  # between its steps `release` searches
        return _run(night, sources, anew, engine)


@contextmanager
def _database(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    """The night's database under half its limit: the other half is what linking holds of the rows."""
    with closing(night.connect()) as con:
        # The night's file lives for an hour: pressing its texts hard costs more than it saves.
        con.execute("SET disabled_compression_methods = 'fsst,dict_fsst'")
        limit = night.settings.memory_bytes
        con.execute(f"SET memory_limit = '{max(limit // 2, min(limit, LEAST_LIMIT))}B'")
        yield con


def _read(night: Night, sources: Mapping[str, Source]) -> tuple[Parties, list[doubting.Doubt], Shelf]:
    """The rows, what was disputed, and where what is kept of so many rows is to lie."""
    with _database(night) as con:
        shelf = Shelf.of(night, sum(db.count(con, f"stg_{one.extract}") for one in identifying(con, sources)))
        rows, doubts = read_rows(con, sources, shelf), doubting.read_doubts(con, night.settings)
    # The database is closed first, for it would keep what it read.
    return parties_of(rows, shelf), doubts, shelf


def _run(night: Night, sources: Mapping[str, Source], anew: bool, engine: Engine) -> LinkSummary:
    ledger = Ledger()
    parties, doubts, shelf = _read(night, sources)
    held = parties.table.num_rows
    release(held)
    ledger.step("读取")
    words = Vocabularies()
    facets = build_facets(parties, words, engine.hands, shelf)
    release(held)
    ledger.step("规范化")
    history = state.read_history(night.settings, shelf)
    firms, registry_profiles, all_facets = _found(parties, facets, words, shelf)
    add_reference(words)
    words.rest(shelf)
    pieces = Pieces(words)
    learn = partial(_estimated, parties, all_facets, words, pieces, firms, registry_profiles)
    choice = training.choose(night.settings, learn, anew=anew)
    model = choice.model
    share = registered_shares(parties, facets, model)
    del facets  # a large district's fill half a gigabyte
    release(held)
    resolver = Resolver(
        all_facets, words, pieces, firms, registry_profiles, model, share, ledger, engine, shelf
    )
    others = np.flatnonzero(np.bincount(parties.profile[firms.rows], minlength=parties.count) == 0)
    given = read_judgements(night.settings.corrections, history.given.aliases)
    judged = judge(in_force(given), parties, firms, history.given, REGISTRY)
    may_found = partial(_may_found, facets=all_facets, parties=parties, sources=sources)
    resolution = enforce(resolver.resolve(others, may_found, judged), judged, may_found)
    resolution, doubted = doubting.doubt(doubts, resolution, parties, firms, history.given, REGISTRY)
    linked = outcome.assemble(parties, all_facets, words, firms, resolution, resolver, judged)
    linked = doubting.tell(linked, parties, doubted)
    key, as_of = load_key(night.settings.restricted), night.settings.as_of
    # Where rows lie in files, tables are made one at a time, and none while all that was compared is held.
    makers_at_once = min(MAKERS, night.settings.threads) if shelf.is_memory else 1
    with _database(night) as con, beside(con, makers_at_once) as makers:
        membered = makers.do(members_of, parties, linked.row_entity, shelf)
        rows = outcome.link_rows(parties, all_facets, words, linked, shelf)
        tables = Tables(makers, rows, BOUND) if shelf.is_memory else None
        handles = handles_of(parties, all_facets, words, linked.row_entity, key)
        doubting.write(con, parties, doubted)
        members = membered.result()
        founding = founding_of(members, parties, linked.row_entity, REGISTRY)
        identities, changes = identify_tonight(
            members, founding, parties, handles, history, judged, given, as_of
        )
        ids = identities.ids
        named = outcome.with_ids(rows, ids, history.earlier)
        entities = outcome.entity_table(linked, ids)
        reviews = review_table(parties, linked, resolution, ids, resolver, judged)
        db.write_arrow(con, "review_pair", reviews)
        compared = compared_tables(parties, linked, resolution, ids, resolver.model)
        ends = [profile for bridge in resolver.bridges for profile in (bridge.left, bridge.right)]
        bridges = bridge_table(resolver.bridges, outcome.record_of_profile(parties, ends))
        db.write_arrow(con, "link_bridge", bridges)
        drifted, learnt = _keep_model(con, night, choice, linked)
        # What was compared is no longer needed, and is most of the memory.
        del all_facets, may_found, learn, resolver, resolution, words, linked, pieces, parties
        del firms, registry_profiles, share
        release(held)
        tables = tables or Tables(makers, rows, BOUND)
        tables.make_links(named)
        tables.make_enterprises(entities)
        tables.make_comparisons(*compared)
        tables.looks.result()
        if not shelf.is_memory:
            makers.wait()
        write_identities(con, members, identities, changes, history, handles, rows, as_of)
        makers.wait()
        corrections.write(con, given, identities.aliases, history.earlier, REGISTRY)
        ledger.step("写出")
        return replace(_summary(con, ledger), drift=drifted, learnt=learnt)


def _estimated(
    parties: Parties, facets: Facets, words: Vocabularies, pieces: Pieces, firms: Firms, registry: Views
) -> Model:
    return estimate(gather(parties, facets, words, pieces, firms, registry, shipped_model()), shipped_model())


def _keep_model(
    con: duckdb.DuckDBPyConnection, night: Night, choice: training.Choice, linked: outcome.Linked
) -> tuple[dict[str, float], str]:
    """Pins a new model and writes `link_model`; returns the drift by field, and what a new model changed."""
    now = training.met_by(linked.scored.levels, choice.model)
    then = choice.before.met if choice.before and not choice.is_new else now
    if choice.is_new:
        training.pin(night.settings, choice.model, now)
    found = training.drift(now, then)
    db.write_arrow(con, "link_model", training.model_table(choice.model, now, then))
    record_attention(con, training.drift_attention(found, choice.model))
    return found, training.told(choice, len(linked.scored.total)) if choice.is_new else ""


def _found(
    parties: Parties, facets: Facets, words: Vocabularies, shelf: Shelf
) -> tuple[Firms, Views, Facets]:
    """Registered firms, their looks (rows and former names), and the facets with former names behind."""
    is_registry = np.asarray([value == REGISTRY for value in parties.values["extract"]])
    rows = np.flatnonzero(is_registry[parties.columns["extract"]][parties.profile])
    profile = parties.profile[rows]
    record, _ = encode(parties.table["record_id"].take(pa.array(rows)))
    firms = found_firms(rows, profile, record, facets, len(words.code))
    owner, names = former_names(parties, words)
    of_owner = np.flatnonzero(is_registry[parties.columns["extract"]][owner]) if len(owner) else owner
    longer = facets.with_former(owner[of_owner], names.take(of_owner), shelf)
    pairs = distinct_pairs(profile, firms.of_row)
    former, owned = matches(owner[of_owner], pairs[0])
    views = Views(
        np.concatenate([pairs[0], len(facets) + former]), np.concatenate([pairs[1], pairs[1][owned]])
    )
    return firms, views, longer


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
