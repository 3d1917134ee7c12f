"""From weights to decisions: the probability that a row's firm is this one, and not another or none."""

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import numpy.typing as npt

from pipeline.link.columns.ordering import Bools, Ints, numbered, order_of, rank_of
from pipeline.link.model import THOUSANDTHS, Model
from pipeline.link.pairs.comparing import LEAST_POPULATION, Scored

Floats = npt.NDArray[np.float64]

CERTAIN = 0.99
PROBABLE = 0.80
REVIEW = 0.25
CERTAIN_CODE, PROBABLE_CODE, REVIEW_CODE, NONE_CODE = 3, 2, 1, 0
DECISIONS = ("none", "review", "probable", "certain")


@dataclass(frozen=True)
class Ranked:
    """The best pair of each (unit, entity), sorted by unit, then probability downwards, then entity.

    Attributes:
        unit, entity: who with whom.
        pair: position of the best pair among the scored ones.
        weight: its weight, thousandths of a bit.
        probability: that the unit is this entity, six digits; none and the other candidates count.
        backed: whether enough independent fields agree to accept it.
        denied: whether place and person, or what was seen on the spot, speak against it.
    """

    unit: Ints
    entity: Ints
    pair: Ints
    weight: Ints
    probability: Floats
    backed: Bools
    denied: Bools

    def first(self) -> "Ranked":
        """Only the best entity of each unit."""
        at = np.flatnonzero(np.diff(self.unit, prepend=-1) != 0)
        return self.take(at)

    def followed_by(self, other: "Ranked") -> "Ranked":
        """These lines and those of other units."""
        both = (np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self))
        return Ranked(*both)

    def take(self, at: Ints) -> "Ranked":
        """Some of the lines."""
        return Ranked(*(getattr(self, one.name)[at] for one in fields(self)))


@dataclass(frozen=True)
class Candidates:
    """Scored pairs of units and entities that they may be, pair by pair.

    Attributes:
        unit, entity: who with whom.
        weight: thousandths of a bit.
        backed, denied: see `Ranked`.
        share: the share of rows of the unit's origin whose firm is held.
    """

    unit: Ints
    entity: Ints
    weight: Ints
    backed: Bools
    denied: Bools
    share: Floats

    def take(self, at: Ints) -> "Candidates":
        """Some of the pairs."""
        return Candidates(*(getattr(self, one.name)[at] for one in fields(self)))


def rank(candidates: Candidates, entities: int, model: Model) -> Ranked:
    """Best pair of each (unit, entity), with its probability beside the unit's other candidates.

    A backed pair goes before an unbacked one of the same entity; then the heavier, then the earlier.
    """
    unit, entity, weight = candidates.unit, candidates.entity, candidates.weight
    backed, denied = candidates.backed, candidates.denied
    lightness = weight.max(initial=0) - weight
    order = order_of(_ranks(unit, entity, (~backed).astype(np.int64), lightness))
    key_unit, key_entity = unit[order], entity[order]
    is_first = (np.diff(key_unit, prepend=-1) != 0) | (np.diff(key_entity, prepend=-1) != 0)
    best = order[is_first]
    odds = posterior(unit[best], weight[best] / THOUSANDTHS, entities, candidates.share[best])
    probability = _together_one(unit[best], model.calibrated(odds))
    final = order_of(_ranks(unit[best], lightness[best], entity[best]))
    at = best[final]
    return Ranked(unit[at], entity[at], at, weight[at], probability[final], backed[at], denied[at])


def _ranks(*columns: Ints) -> Ints:
    """Numbers that order rows by columns of numbers from 0, the first before the others."""
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    return rank_of(zip(columns, sizes, strict=True), len(columns[0]))


def _together_one(unit: Ints, probability: Floats) -> Floats:
    """Probabilities of which those of one unit are at most 1 in all."""
    _, _, index = numbered(unit)
    total = np.maximum(np.bincount(index, weights=probability), 1.0)
    result: Floats = np.floor(probability / total[index] * 1e6 + 0.5) / 1e6
    return result


def posterior(unit: Ints, bits: Floats, entities: int, share: Floats) -> Floats:
    """Probability of each pair beside the unit's other candidates and "none of them", before calibration.

    Args:
        unit: who is looked for.
        bits: weight of each pair.
        entities: how many there are to be found.
        share: per pair, how often a unit of this origin is to be found at all.
    """
    none_bits = np.log2(max(entities, LEAST_POPULATION) * (1 - share) / share)
    odds = np.exp2(np.clip(bits - none_bits, -60, 60))
    _, _, index = numbered(unit)
    total = np.bincount(index, weights=odds)
    result: Floats = odds / (1 + total[index])
    return result


def backed_by_fields(scored: Scored, model: Model, names_tell: Bools, alive: Bools) -> Bools:
    """Whether a pair rests on enough independent agreement, whatever its weight.

    A name alone is enough only when trade name, industry and form all agree and person and place do
    not both deny it. A different name is bridged only by two agreements that no successor at the same
    premises shares.

    Args:
        scored: the pairs.
        model: for the level codes.
        names_tell: whether both sides have a name that could have agreed.
        alive: whether the right side is not known to have closed.
    """
    at = partial(scored.at, model)

    strong = at("trade_name", "exact", "homophone", "look_alike")
    weak = at("trade_name", "full_one_edit", "one_edit", "contained", "alike")
    longer = at("trade_name", "full_one_edit", "contained")
    kind = at("industry", "exact")
    kind_differs = at("industry", "differs")
    one_missing = at("industry", "one_missing")
    form_fits = ~at("form", "differs")
    person = at("person", "exact", "homophone")
    phone = at("phone", "exact")
    room = at("place", "same_room")
    near = at("place", "same_room", "same_house", "same_number")
    code = at("code", "damaged_equal", "valid_equal")
    branch_fits = ~at("branch", "parent", "shortened", "differs") & ~at("region", "differs")
    # A row may name the parent and mean the branch whose very room it gives.
    branch_fits |= at("branch", "shortened") & room & (person | phone | code | (strong & kind))
    branch_fits |= at("branch", "differs") & room & person & (phone | at("licence", "shown"))
    denied = at("person", "differs") & at("place", "differs", "other_room")
    doubted = at("licence", "none_seen") & ~near & ~person & ~phone & ~code
    whole = at("trade_name", "exact") & (kind | at("region", "whole")) & form_fits & ~denied & ~doubted
    # An owner may have another shop of the same name: elsewhere, in another trade, the person is not enough.
    elsewhere = at("place", "differs") & kind_differs
    anchored = strong & ((person & ~elsewhere) | phone | code | (near & ~kind_differs))
    anchored |= at("trade_name", "exact") & room & ~at("person", "differs")
    anchored &= ~(elsewhere & at("licence", "none_seen") & ~code)
    bridged = weak & (person | phone | code | (longer & room & (kind | one_missing))) & ~kind_differs
    bridged |= at("trade_name", "one_edit_short") & kind & (code | (person & near))
    proven = (person & phone) | (phone & room) | code & (person | phone | near)
    nowhere = np.asarray(scored.levels["place"] == 0)
    unnamed = ~names_tell & ((person & near) | (person & phone & nowhere) | (phone & near))
    sign_apart = at("trade_name", "sign_differs") & proven & near
    renamed = at("trade_name", "sign_differs", "differs") & kind & form_fits & (person | code)
    renamed &= (room & person) | (phone & near) | (code & ~at("person", "differs"))
    other_sign = at("trade_name", "sign_differs") & person & room & alive & ~at("licence", "none_seen")
    # Names that say only the trade, or only whose shop it is, do not tell it from another.
    silent = np.asarray(scored.levels["trade_name"] == 0) & alive & ~at("licence", "none_seen")
    unnamed |= silent & ((person & room) | (person & phone & near))
    # Whoever shows a licence behind a firm's own door is that firm, where nothing says otherwise.
    tenant = at("licence", "shown") & alive & ~at("person", "differs") & ~at("phone", "differs")
    tenant &= np.asarray(scored.levels["trade_name"] == 0) | at("trade_name", "alike", "contained")
    # What is likely and at the place or by it needs one more agreement, not two; a successor has none.
    beside = near | at("place", "other_room", "same_road")
    told = strong | weak | at("trade_name", "one_edit_short") | person | phone | code | at("licence", "shown")
    placed = beside & told & ~(at("person", "differs") & at("phone", "differs"))
    branch_fits |= placed & (room | person | phone | code)
    coded = code & (person | phone)
    accepted = tenant | whole | anchored | bridged | unnamed | sign_apart | renamed | other_sign
    accepted |= placed | coded
    return np.asarray(accepted & branch_fits & ~at("code", "valid_differs"))


def denied_by_fields(scored: Scored, model: Model, is_sign: Bools) -> Bools:
    """Whether a sign that resembles a firm's name is another shop's: the place differs, and so does more.

    Args:
        scored: the pairs.
        model: for the level codes.
        is_sign: whether the left side is known by a sign or a short form alone.
    """
    at = partial(scored.at, model)

    agreed = (
        at("person", "exact", "homophone") | at("phone", "exact") | at("code", "valid_equal", "damaged_equal")
    )
    apart = at("place", "differs") & (at("person", "differs") | at("licence", "none_seen"))
    return np.asarray(is_sign & apart & ~agreed)


def leans_on_name(scored: Scored, model: Model) -> Bools:
    """Whether a pair agrees in its name and in nothing else that tells a firm: person, phone, code, place."""
    agreed = scored.at(model, "person", "exact", "homophone") | scored.at(model, "phone", "exact")
    agreed |= scored.at(model, "code", "valid_equal", "damaged_equal")
    near = scored.at(model, "place", "same_room", "same_house", "same_number", "other_room")
    named = scored.levels["trade_name"] > 0
    return np.asarray(named & ~agreed & ~near)


def speaks_against(scored: Scored, model: Model, claim: Ints, claims: int) -> Bools:
    """For each claim of a shop on a firm, whether all that its rows know together speaks against it.

    Args:
        scored: pairs of a row of the shop and a view of the firm.
        model: for the level codes.
        claim: which claim each pair belongs to.
        claims: how many there are.
    """
    agreed = ~leans_on_name(scored, model)
    agreed &= (scored.levels["trade_name"] > 0) | scored.at(model, "person", "exact", "homophone")
    against = scored.at(model, "person", "differs") | scored.at(model, "licence", "none_seen")
    for_it = np.bincount(claim, weights=agreed, minlength=claims) > 0
    against_it = np.bincount(claim, weights=against, minlength=claims) > 0
    return np.asarray(against_it & ~for_it)


def decide(first: Ranked) -> Ints:
    """Decision codes for the best candidates: certain, probable, review, none."""
    accepted = np.where(first.probability >= CERTAIN, CERTAIN_CODE, PROBABLE_CODE)
    held = first.backed & (first.probability >= PROBABLE)
    open_pair = (first.probability >= REVIEW) & ~first.denied
    return np.where(held, accepted, np.where(open_pair, REVIEW_CODE, NONE_CODE)).astype(np.int64)
