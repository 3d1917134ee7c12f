"""Gathers a night's candidate pairs to learn from, the codes hidden."""

from dataclasses import replace

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms, pointed_firm
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.decisions.scoring import by_batch, explain_pairs, joined
from pipeline.link.decisions.standing import Views
from pipeline.link.estimation.estimating import Evidence
from pipeline.link.model import Floats, Model
from pipeline.link.pairs.blocking import BLOCK_CAP, standard_keys
from pipeline.link.pairs.comparing import FIELDS, Comparator, frequencies
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import Meetings
from pipeline.link.pairs.pieces import Pieces

MOST_ROWS = 40_000
LOTS = 200_000
_STEP = 2_654_435_761  # Knuth's multiplicative hash: lots that depend on nothing but their number


def origins_of(parties: Parties, facets: Facets) -> tuple[Ints, tuple[str, ...]]:
    """Origin of each profile: its extract, and whether a licence was shown, was missing, or is not told."""
    extracts = parties.values["extract"]
    names = [f"{name}{end}" for name in extracts for end in ("", ":licensed", ":unlicensed")]
    told = np.where(facets.licensed > 0, 1, np.where(facets.unlicensed > 0, 2, 0))
    return facets.extract * 3 + told, tuple(names)


def registered_shares(parties: Parties, facets: Facets, model: Model) -> Floats:
    """For each profile, the share of rows of its origin whose firm the registry holds."""
    origin, names = origins_of(parties, facets)
    shares = [float(model.origins.get(name, model.registered_share)) for name in names]
    return np.array(shares)[origin]


def gather(
    parties: Parties,
    facets: Facets,
    words: Vocabularies,
    pieces: Pieces,
    firms: Firms,
    registry: Views,
    model: Model,
) -> Evidence:
    """Pairs of rows outside the registry with registered firms, as if no row had a code.

    Args:
        parties: the night's rows and profiles.
        facets: the profiles, former names behind them.
        words: the texts behind the numbers.
        pieces: parts of those texts.
        firms: registered firms.
        registry: their looks.
        model: weighs the pairs; `estimate` moves on from it.
    """
    others = np.flatnonzero(np.bincount(parties.profile[firms.rows], minlength=parties.count) == 0)
    rows = others[:: max(1, -(-len(others) // MOST_ROWS))]
    origin, names = origins_of(parties, facets.first(parties.count))
    told = facets.take(rows)
    pointed, clash = pointed_firm(told, firms)
    known = ((told.uscc > 0) | (pointed >= 0)) & (clash == 0)
    left, right = _hidden(told), _hidden(facets.take(registry.at))
    doors = int(facets.door.max(initial=0)) + 1
    comparator = Comparator(model, words, frequencies(right, registry.entity, words, doors))
    row, firm, level, weight = _pairs(left, right, registry.entity, pieces, comparator)
    return Evidence(
        row=row,
        level=level,
        weight=weight,
        right=known[row] & (firm == pointed[row]),
        known=known,
        origin=origin[rows],
        origins=names,
        firms=firms.count,
        apart=_drawn(left, right, comparator, model),
    )


def _hidden(facets: Facets) -> Facets:
    return replace(
        facets.without_codes(np.ones(len(facets), dtype=bool)), hint=np.zeros(len(facets), dtype=np.int64)
    )


def _pairs(
    left: Facets, right: Facets, firm: Ints, pieces: Pieces, comparator: Comparator
) -> tuple[Ints, Ints, dict[str, Ints], Ints]:
    """The heaviest pair of each row and firm: row, firm, levels, weight."""
    found = Meetings(standard_keys(left, right, pieces, BLOCK_CAP), len(left), len(right))
    tables = FacetTable.of(left), FacetTable.of(right)

    def best(batch: tuple[int, int]) -> tuple[Ints, Ints, dict[str, Ints], Ints]:
        i, j = found.pairs(*batch)
        scored = comparator.score(tables[0].take(i), tables[1].take(j))
        order = np.lexsort((j, -scored.total, firm[j], i))
        row, of = i[order], firm[j][order]
        first = (np.diff(row, prepend=-1) != 0) | (np.diff(of, prepend=-1) != 0)
        chosen = scored.take(order[first])
        return row[first], of[first], chosen.levels, chosen.total

    parts = by_batch(found, best)
    level = {name: joined([part[2][name] for part in parts]) for name in FIELDS}
    return joined([p[0] for p in parts]), joined([p[1] for p in parts]), level, joined([p[3] for p in parts])


def _drawn(left: Facets, right: Facets, comparator: Comparator, model: Model) -> dict[str, Ints]:
    """How often each level is met among pairs drawn by lot."""
    lots = np.arange(LOTS if len(left) and len(right) else 0)
    i, j = lots % max(len(left), 1), (lots * _STEP >> 7) % max(len(right), 1)
    level = explain_pairs((left, i), (right, j), comparator).levels
    return {
        name: np.bincount(codes, minlength=len(model.comparisons[name].levels) + 1)
        for name, codes in level.items()
    }
