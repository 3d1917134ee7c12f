"""From profiles to enterprises: codes first, then fields, then clusters of what is left."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms, Units, group_units, pointed_firm
from pipeline.link.columns.joining import combine
from pipeline.link.columns.ordering import Ints, distinct, distinct_pairs, is_among, matches, numbered
from pipeline.link.columns.releasing import release
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.decisions.bridges import Bridge, weak_bridges, without, words_of
from pipeline.link.decisions.clustering import edges
from pipeline.link.decisions.deciding import Floats, leans_on_name, speaks_against
from pipeline.link.decisions.engine import Engine, Met
from pipeline.link.decisions.ledger import Ledger
from pipeline.link.decisions.scoring import explain_pairs, score_pairs
from pipeline.link.decisions.standing import Resolution, Standing, Views
from pipeline.link.judgement.judging import Judged
from pipeline.link.model import Model
from pipeline.link.pairs.comparing import Comparator, Scored, frequencies
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.pieces import Pieces

ROUNDS = 2


class Resolver:
    """Holds what all steps need: the facets, the words behind them, the firms, the model.

    Attributes:
        bridges: the weak bridges that the last clustering cut.
    """

    def __init__(
        self,
        facets: Facets,
        words: Vocabularies,
        pieces: Pieces,
        firms: Firms,
        registry: Views,
        model: Model,
        share: Floats,
        ledger: Ledger,
        engine: Engine,
        shelf: Shelf = IN_MEMORY,
    ) -> None:
        """Prepares the night's comparisons.

        Args:
            facets: all profiles, former names behind them.
            words: the texts behind the numbers.
            pieces: parts of those texts.
            firms: registered firms.
            registry: their looks.
            model: the model in force.
            share: per profile, how often the registry holds the firm of a row of its origin.
            ledger: takes counts and seconds.
            engine: does what is heavy.
            shelf: where what is compared lies.
        """
        self._share = share
        self._engine = engine
        self._shelf = shelf
        self._facets = _mark_shared(facets, registry)
        self._words = words
        self._firms = firms
        self._registry = registry
        self._coded = self._facets
        self._model = model
        self._ledger = ledger
        looks = facets.take(registry.at, shelf)
        doors = int(facets.door.max(initial=0)) + 1
        self._counts = frequencies(looks, registry.entity, words, doors)
        self._pieces = pieces
        self._comparator = Comparator(model, words, self._counts)
        self.bridges: list[Bridge] = []

    @property
    def model(self) -> Model:
        """The model in use."""
        return self._model

    def explain(self, left: Ints, right: Ints) -> Scored:
        """Every comparison of the pairs (left, right), positions in the facets."""
        return explain_pairs((self._facets, left), (self._facets, right), self._comparator)

    def explain_codes(self, left: Ints, right: Ints) -> Scored:
        """As `explain`, with the codes that were taken out because everything else denies them."""
        return explain_pairs((self._coded, left), (self._coded, right), self._comparator)

    def looks_of(self, firm: Ints) -> Ints:
        """A registered firm's first look, a position in the facets."""
        first = np.zeros(self._firms.count, dtype=np.int64)
        first[self._registry.entity[::-1]] = self._registry.at[::-1]
        return first[firm]

    def resolve(self, profiles: Ints, may_found: Callable[[Ints], Ints], judged: Judged) -> Resolution:
        """Finds the entity of every profile outside the registry."""
        units = self._units(profiles, judged)
        self._ledger.step("证号")
        state = Standing(units, self._firms.count, judged, self._share, self._engine.rank)
        for _ in range(ROUNDS):
            self._round(state)
        self._ledger.step("比对")
        self._judge_shops(state)
        self._cluster(state, may_found)
        self._ledger.step("聚类")
        return state.result()

    def _units(self, profiles: Ints, judged: Judged) -> Units:
        """Groups profiles by trusted codes; a distrusted code is taken out of the comparison."""
        firm, clash = pointed_firm(self._facets.take(profiles, self._shelf), self._firms)
        same = judged.same_firm(profiles)
        wrong = (judged.denies(profiles, firm) > 0) | ((same >= 0) & (firm >= 0) & (firm != same))
        firm = np.where(wrong, -1, firm)
        denied = self._denied(profiles, firm)
        suspect = np.zeros(len(self._facets), dtype=np.int64)
        pointed = np.full(len(self._facets), -1, dtype=np.int64)
        suspect[profiles] = ((denied > 0) | (clash > 0)) & (firm >= 0)
        pointed[profiles] = firm
        suspect[profiles[same >= 0]] = 0
        refused = np.union1d(profiles[wrong], judged.refused_codes(self._facets))
        suspect[refused] = 0
        self._ledger.add("证号与其余内容不符的档案", int(suspect.sum()))
        distrusted = suspect.copy()
        distrusted[refused] = 1
        label = np.where(distrusted > 0, -1, pointed)
        label[profiles] = np.where(same >= 0, same, label[profiles])
        apart = judged.apart(profiles, label)
        doubtful = np.where(suspect > 0, pointed, -1)
        units = group_units(
            self._facets, profiles, label, distrusted, doubtful, judged.led(), apart, self._shelf
        )
        self._facets = self._facets.without_codes(distrusted > 0)
        return units

    def _denied(self, profiles: Ints, firm: Ints) -> Ints:
        """Whether name, person and place all deny the firm that a profile's code points to."""
        at = np.flatnonzero(firm >= 0)
        left, right = _expand(firm[at], self._registry)
        result = np.zeros(len(profiles), dtype=np.int64)
        if not len(left):
            return result
        scored = self.explain(profiles[at[left]], self._registry.at[right])
        is_at = partial(scored.at, self._model)
        name = is_at("trade_name", "differs", "sign_differs", "alike", "one_edit_short")
        person, place = is_at("person", "differs"), is_at("place", "differs")
        no_person = scored.levels["person"] == 0
        no_place = (scored.levels["place"] == 0) | is_at("place", "shared")
        denied = name & (person | no_person) & (place | no_place) & (person | place)
        denied &= ~is_at("phone", "exact")
        supported = np.zeros(len(at), dtype=np.int64)
        np.add.at(supported, left[~denied], 1)
        result[at] = supported == 0
        return result

    def _round(self, state: Standing) -> None:
        """Compares the undecided units with all views, and decides."""
        views = state.views(self._registry)
        open_at = state.open_positions()
        looking = state.units.profiles[open_at]
        left = FacetTable.made(len(open_at), lambda at: self._facets.take(looking[at]), self._shelf)
        right = FacetTable.made(len(views.at), self._speaking_for_firms(views), self._shelf)
        found = self._engine.meet(left, right, self._pieces)
        kept = score_pairs(found, self._comparator)
        self._note(found, kept.compared)
        del found, left, right
        release(len(self._facets))
        state.decide(kept, open_at, views, self._model)

    def _speaking_for_firms(self, views: Views) -> Callable[[slice], Facets]:
        """Views of firms, some at a time; where a row names its firm short, the firm's own branch goes
        with it."""
        first = np.full(self._firms.count + 1, len(self._registry.at), dtype=np.int64)
        first[self._registry.entity[::-1]] = np.arange(len(self._registry.at))[::-1]
        names = self._facets.name.take(self._registry.at).followed_by_nothing()
        closed = np.append(self._facets.closed[self._registry.at], 0)

        def part(at: slice) -> Facets:
            looks = self._facets.take(views.at[at])
            firm = np.minimum(views.entity[at], self._firms.count)
            own = names.take(first[firm])
            return replace(
                looks,
                name=looks.name.speaking_for(own),
                sign=looks.sign.speaking_for(own),
                closed=closed[first[firm]],
                registered=(firm < self._firms.count).astype(np.int32),
            )

        return part

    def _note(self, found: Met, compared: int) -> None:
        self._ledger.add("候选对", compared)
        for name, number in found.hot_by_key.items():
            self._ledger.hot[name] = self._ledger.hot.get(name, 0) + number

    def _judge_shops(self, state: Standing) -> None:
        """Judges the rows of one shop together: what one of them knows of its operator tells for all.

        A row that was given to a firm, or left to a clerk, by its name alone is taken back where other
        rows of the same shop name another operator or saw no licence, and none agrees with the firm.
        """
        unit, entity = state.claims(self._leans_on_name(state), self._facets.name.formal == 0)
        if not len(unit):
            return
        scope = np.zeros(state.units.count, dtype=bool)
        scope[unit] = True
        scope[state.units.unit[state.rest_positions()]] = True
        at = np.flatnonzero(scope[state.units.unit])
        members, roots = self._shops(state, at)
        shop = np.full(state.units.count, -1, dtype=np.int64)
        shop[members] = roots
        claimed = np.stack(distinct_pairs(shop[unit], entity))
        row, claim = matches(shop[state.units.unit[at]], claimed[0])
        left, right = _expand(claimed[1][claim], self._registry)
        scored = self.explain(state.units.profiles[at[row[left]]], self._registry.at[right])
        against = speaks_against(scored, self._model, claim[left], claimed.shape[1])
        key = {pair: bool(no) for pair, no in zip(map(tuple, claimed.T.tolist()), against, strict=True)}
        gone = [key[int(shop[u]), e] for u, e in zip(unit.tolist(), entity.tolist(), strict=True)]
        state.take_back(unit[np.array(gone, dtype=bool)])
        self._ledger.add("同店各行一并判断后收回的关联", int(sum(gone)))

    def _leans_on_name(self, state: Standing) -> Ints:
        """Units whose link rests on the name alone, the place elsewhere."""
        linked = np.flatnonzero(state.partner >= 0)
        scored = self.explain(state.member[linked], state.partner[linked])
        # No two companies bear one full name; signs may well be alike.
        is_sign = self._facets.name.formal[state.member[linked]] == 0
        leaning: Ints = linked[leans_on_name(scored, self._model) & is_sign]
        return leaning

    def _shops(self, state: Standing, at: Ints) -> tuple[Ints, Ints]:
        """Units of the profiles at some positions, and the shop of each: rows joined by strong edges."""
        profile = state.units.profiles[at]
        table = FacetTable.made(len(profile), lambda some: self._facets.take(profile[some]), self._shelf)
        found = self._engine.meet(table, table, self._pieces)
        i, j, weight, compared = edges(found, self._comparator)
        self._note(found, compared)
        side, unit = table.columns(), state.units.unit[at]
        formal = np.where(side.name.formal > 0, combine(side.name.sound + 1, side.name.branch + 1), 0)
        members, _, inverse = numbered(unit)
        labels = (
            state.units.uscc[members], state.units.org[members], _first_label(formal, inverse, len(members)),
        )  # fmt: skip
        ends, apart = (inverse[i], inverse[j]), state.apart(members)
        roots, refused = self._engine.cluster(len(members), *ends, weight, labels, apart)
        self._ledger.add("聚类中拒绝的连接", refused)
        cuts = weak_bridges(*ends, weight, roots, words_of(side, inverse, len(members)))
        self.bridges = [cut.between(profile[i], profile[j], weight) for cut in cuts]
        if not cuts:
            return members, roots
        kept = without(cuts, *ends)
        roots, _ = self._engine.cluster(
            len(members), ends[0][kept], ends[1][kept], weight[kept], labels, apart
        )
        return members, roots

    def _cluster(self, state: Standing, may_found: Callable[[Ints], Ints]) -> None:
        """Joins the rest among themselves; a cluster in which any row may found an enterprise does."""
        rest = state.rest_positions()
        founding = may_found(state.units.profiles[rest])
        members, roots = self._shops(state, rest)
        self._ledger.add("切断的薄弱连接", len(self.bridges))
        able = np.zeros(state.units.count, dtype=bool)
        able[state.units.unit[rest[founding > 0]]] = True
        founds = is_among(roots, distinct(roots[able[members]]))
        state.found(members[founds], roots[founds])


def _mark_shared(facets: Facets, registry: Views, most: int = 8) -> Facets:
    """Marks doors where a shared registration address was named, or where too many firms are registered."""
    door = facets.door
    size = int(door.max(initial=0)) + 1
    bearers, _ = distinct_pairs(door[registry.at], registry.entity)
    crowded = np.bincount(bearers, minlength=size) > most
    crowded[door[facets.shared > 0]] = True
    crowded[0] = False
    return replace(facets, shared=np.maximum(facets.shared, crowded[door]))


def _first_label(value: Ints, member: Ints, count: int) -> Ints:
    label = np.zeros(count, dtype=np.int64)
    held = np.flatnonzero(value > 0)[::-1]
    label[member[held]] = value[held]
    return label


def _expand(entity: Ints, views: Views) -> tuple[Ints, Ints]:
    """All (position in `entity`, position in views) with the same entity."""
    return matches(entity, views.entity)
