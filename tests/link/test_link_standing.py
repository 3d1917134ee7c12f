"""What the rounds settle, unit by unit, and what stays open for a clerk."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pytest

from pipeline.link.columns.founding import Units
from pipeline.link.decisions.deciding import CERTAIN_CODE, NONE_CODE, PROBABLE_CODE, REVIEW_CODE
from pipeline.link.decisions.scoring import Kept
from pipeline.link.decisions.standing import CODE_NOT_HELD, NOT_FOUND, REGISTERED, Standing, Views
from pipeline.link.judgement.judging import Judged, Target, nothing_judged
from pipeline.link.model import THOUSANDTHS, shipped_model
from tests.link.by_hand import ints

FIRMS = 2
ENOUGH = 40 * THOUSANDTHS  # one candidate is certain
DAY = date(2017, 3, 1)
REGISTRY = Views(ints(0, 1, 2), ints(0, 1, 1))  # the second firm has a former name
# Profiles outside the registry are the positions from 10 on.


def units(
    firm: Sequence[int],
    uscc: Sequence[int] = (),
    org: Sequence[int] = (),
    suspect: Sequence[int] = (),
    unit: Sequence[int] = (),
) -> Units:
    count = len(firm)
    of = ints(*(unit or range(count)))
    nothing = [0] * count
    doubted = ints(*(suspect or [0] * len(of)))
    return Units(
        np.arange(len(of)) + 10, of, ints(*firm), ints(*(uscc or nothing)), ints(*(org or nothing)), doubted,
        np.where(doubted > 0, 0, -1),
    )  # fmt: skip


def standing(of: Units, judged: Judged | None = None, share: Mapping[int, float] = {}) -> Standing:
    shares = np.full(30, 0.9)
    for profile, one in share.items():
        shares[profile] = one
    return Standing(of, FIRMS, judged or nothing_judged(), shares)


def kept(*pairs: tuple[int, int, int], backed: bool = True, denied: bool = False) -> Kept:
    """Scored pairs of (position among the open, position among the views, weight)."""
    left, right, weight = (ints(*column) for column in zip(*pairs, strict=True)) if pairs else [ints()] * 3
    count = len(pairs)
    return Kept(left, right, weight, np.full(count, backed), np.full(count, denied), count)


def decided(state: Standing, *pairs: tuple[int, int, int], backed: bool = True, denied: bool = False) -> None:
    """One round: views are asked for before units are decided."""
    views = state.views(REGISTRY)
    state.decide(kept(*pairs, backed=backed, denied=denied), state.open_positions(), views, shipped_model())


def test_a_code_of_a_registered_firm_settles_its_unit() -> None:
    state = standing(units([1, -1, 0]))
    done = state.result()
    assert done.entity.tolist() == [1, -1, 0]
    assert done.decision.tolist() == [CERTAIN_CODE, NONE_CODE, CERTAIN_CODE]
    assert done.probability.tolist() == [1.0, 0.0, 1.0]
    assert done.kind.tolist() == [REGISTERED, REGISTERED]
    assert done.partner.tolist() == done.member.tolist() == [-1, -1, -1]
    assert done.founds.tolist() == [0, 0, 0]
    assert done.compared_with == FIRMS
    assert state.open_positions().tolist() == [1]
    assert state.rest_positions().tolist() == [1]


def test_open_and_rest_are_told_profile_by_profile() -> None:
    state = standing(units([-1, 0], unit=(0, 1, 0)))
    assert state.open_positions().tolist() == [0, 2]
    assert state.rest_positions().tolist() == [0, 2]


def test_a_profile_led_to_an_enterprise_and_a_doubtful_code_are_no_rest() -> None:
    shop = Target("E", "E", -1, (12,), -1)
    judged = Judged((shop,), {10: (0, DAY)}, {})
    state = standing(units([-1, -1, -1, -1], suspect=(0, 1, 0, 0)), judged)
    assert state.open_positions().tolist() == [1, 2, 3], "who was led is compared with nobody"
    assert state.rest_positions().tolist() == [2, 3], "a doubtful code waits for a clerk"
    assert state.result().decision.tolist() == [NONE_CODE, REVIEW_CODE, NONE_CODE, NONE_CODE]


@pytest.mark.parametrize("code", ["uscc", "org"])
def test_a_code_that_the_registry_lacks_is_an_entity_from_the_start(code: str) -> None:
    state = standing(units([-1, -1, 0], **{code: (0, 7, 8)}))
    views = state.views(REGISTRY)
    assert views.at.tolist() == [0, 1, 2, 11, 12]
    assert views.entity.tolist() == [0, 1, 1, 2, 0]
    assert state.result().kind.tolist() == [REGISTERED, REGISTERED, CODE_NOT_HELD]
    assert state.result().compared_with == FIRMS + 1


def test_views_are_of_what_is_certain_and_not_suspected() -> None:
    state = standing(units([0, -1, -1, 1], unit=(0, 0, 1, 2, 3), suspect=(0, 1, 0, 0, 0)))
    assert state.views(REGISTRY).at.tolist() == [0, 1, 2, 10, 14]
    decided(state, (0, 0, ENOUGH), (1, 0, 13 * THOUSANDTHS))
    assert state.decision.tolist() == [CERTAIN_CODE, CERTAIN_CODE, PROBABLE_CODE, CERTAIN_CODE]
    views = state.views(REGISTRY)
    assert views.at.tolist() == [0, 1, 2, 10, 12, 14]
    assert views.entity.tolist() == [0, 1, 1, 0, 0, 1]


def test_a_probable_link_is_no_view() -> None:
    state = standing(units([-1]))
    decided(state, (0, 0, ENOUGH), (0, 1, ENOUGH - 4 * THOUSANDTHS))
    assert state.decision.tolist() == [PROBABLE_CODE]
    assert state.views(REGISTRY).at.tolist() == [0, 1, 2]


def test_a_heavy_pair_links_and_tells_who_decided() -> None:
    state = standing(units([-1, -1]))
    decided(state, (1, 2, ENOUGH), (1, 1, ENOUGH - 1))
    done = state.result()
    assert done.entity.tolist() == [-1, 1]
    assert done.decision.tolist() == [NONE_CODE, CERTAIN_CODE]
    assert done.member.tolist() == [-1, 11]
    assert done.partner.tolist() == [-1, 2]
    assert done.probability[1] > 0.99
    assert done.open_unit.tolist() == []


def test_what_fits_two_firms_is_left_to_a_clerk_with_both() -> None:
    state = standing(units([-1, -1]))
    decided(state, (1, 0, ENOUGH), (1, 2, ENOUGH), (0, 0, ENOUGH))
    done = state.result()
    assert done.decision.tolist() == [CERTAIN_CODE, REVIEW_CODE]
    assert done.entity.tolist() == [0, -1]
    assert done.open_unit.tolist() == [1, 1]
    assert done.open_entity.tolist() == [0, 1]
    assert done.open_probability == pytest.approx([0.5, 0.5], abs=0.01)
    assert done.open_left.tolist() == [11, 11]
    assert done.open_right.tolist() == [0, 2]
    assert done.probability[1] == done.open_probability[0]
    assert (done.partner[1], done.member[1]) == (-1, -1)


def test_candidates_below_one_in_twenty_are_not_shown() -> None:
    state = standing(units([-1]))
    decided(state, (0, 0, ENOUGH), (0, 1, ENOUGH - 8 * THOUSANDTHS), backed=False)
    assert state.result().open_entity.tolist() == [0]


def test_who_is_denied_or_unlikely_is_left_to_nobody() -> None:
    state = standing(units([-1, -1]))
    decided(state, (0, 0, ENOUGH), (1, 1, 4 * THOUSANDTHS), backed=False, denied=True)
    done = state.result()
    assert done.decision.tolist() == [NONE_CODE, NONE_CODE]
    assert done.open_unit.tolist() == []
    assert state.rest_positions().tolist() == [0, 1]


def test_a_second_round_replaces_what_is_open_and_keeps_what_meets_nobody() -> None:
    state = standing(units([-1, -1]))
    decided(state, (0, 0, ENOUGH), (0, 1, ENOUGH), (1, 0, ENOUGH), (1, 1, ENOUGH))
    assert state.result().open_unit.tolist() == [0, 0, 1, 1]
    decided(state, (1, 2, ENOUGH))
    done = state.result()
    assert done.open_unit.tolist() == [0, 0]
    assert done.open_left.tolist() == [10, 10]
    assert done.open_right.tolist() == [0, 1]
    assert done.entity.tolist() == [-1, 1]


def test_the_share_of_an_origin_is_the_largest_of_its_units_profiles() -> None:
    def chance(*shares: float) -> float:
        state = standing(units([-1, 0], unit=(0, 1, 0)), share={10: shares[0], 11: 0.99, 12: shares[1]})
        decided(state, (0, 0, 13 * THOUSANDTHS), backed=False)
        return float(state.result().probability[0])

    assert chance(0.9, 0.2) == chance(0.2, 0.9) == chance(0.9, 0.9) > chance(0.2, 0.2) > 0


def test_a_unit_with_a_code_of_its_own_joins_a_registered_firm_alone() -> None:
    state = standing(units([-1, -1], uscc=(7, 0)))
    views = state.views(REGISTRY)
    assert views.entity.tolist() == [0, 1, 1, 2]
    decided(state, (0, 1, ENOUGH), (1, 3, ENOUGH))
    done = state.result()
    assert done.entity.tolist() == [1, 1], "who is the code's is the firm's with it"
    assert done.decision.tolist() == [CERTAIN_CODE, CERTAIN_CODE]
    again = state.views(REGISTRY)
    assert again.at.tolist() == [0, 1, 2, 10, 11]
    assert again.entity.tolist() == [0, 1, 1, 1, 1]


def test_two_codes_that_the_registry_lacks_are_never_one() -> None:
    state = standing(units([-1, -1], uscc=(7, 8)))
    decided(state, (0, 4, ENOUGH), (1, 3, ENOUGH))
    done = state.result()
    assert done.entity.tolist() == [-1, -1]
    assert done.open_unit.tolist() == []


def test_what_a_code_of_its_own_may_be_is_not_left_open() -> None:
    state = standing(units([-1], uscc=(7,)))
    decided(state, (0, 0, ENOUGH), (0, 1, ENOUGH))
    assert state.result().decision.tolist() == [NONE_CODE]
    assert state.result().open_unit.tolist() == []


def test_a_denied_firm_is_no_candidate() -> None:
    for firm in (0, 1):
        judged = Judged((Target("E", "E", firm, (), -1),), {}, {(11, 0): DAY})
        state = standing(units([-1, -1]), judged)
        decided(state, (0, firm, ENOUGH), (1, firm, ENOUGH))
        assert state.result().entity.tolist() == [firm, -1]
        assert state.result().open_unit.tolist() == []


def test_what_a_target_is_known_by_is_no_candidate_of_who_is_not_it() -> None:
    shop = Target("E", "E", -1, (10,), -1)
    state = standing(units([-1, -1], uscc=(7, 0)), Judged((shop,), {}, {(11, 0): DAY}))
    decided(state, (1, 3, ENOUGH))
    assert state.result().entity.tolist() == [-1, -1]
    left, right = state.apart(ints(0, 1))
    assert (left.tolist(), right.tolist()) == ([1], [0])
    assert [side.tolist() for side in state.apart(ints(1))] == [[], []]


def test_parted_units_are_told_by_their_place_among_the_members() -> None:
    shop = Target("E", "E", -1, (10, 13), -1)
    state = standing(units([-1] * 4), Judged((shop,), {}, {(12, 0): DAY}))
    left, right = state.apart(ints(0, 2, 3))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(1, 0), (1, 2)]
    left, right = state.apart(ints(0, 2))
    assert (left.tolist(), right.tolist()) == ([1], [0])


def test_clusters_found_an_entity_each() -> None:
    state = standing(units([0, -1, -1, -1, -1]))
    state.found(ints(1, 2, 4), ints(1, 2, 1))
    done = state.result()
    assert done.entity.tolist() == [0, 2, 3, -1, 2]
    assert done.kind.tolist() == [REGISTERED, REGISTERED, NOT_FOUND, NOT_FOUND]
    assert done.decision.tolist() == [CERTAIN_CODE, CERTAIN_CODE, CERTAIN_CODE, NONE_CODE, CERTAIN_CODE]
    assert done.founds.tolist() == [0, 1, 1, 0, 1]
    assert done.probability.tolist() == [1.0, 1.0, 1.0, 0.0, 1.0]
    assert state.rest_positions().tolist() == [3]


def test_nothing_to_found_founds_nothing() -> None:
    state = standing(units([-1]))
    state.found(ints(), ints())
    assert state.result().kind.tolist() == [REGISTERED, REGISTERED]


def test_a_cluster_with_a_code_is_an_entity_by_its_code() -> None:
    state = standing(units([-1, -1, -1], uscc=(0, 7, 0)))
    decided(state, (2, 3, ENOUGH))
    state.found(ints(0, 1), ints(0, 0))
    done = state.result()
    assert done.kind[done.entity].tolist() == [CODE_NOT_HELD] * 3
    assert done.entity[0] == done.entity[1] == done.entity[2], "who was linked to the code goes with it"
    state = standing(units([-1, -1], uscc=(7, 0)))
    state.found(ints(0, 1), ints(0, 1))
    assert state.result().kind.tolist()[FIRMS + 1 :] == [CODE_NOT_HELD, NOT_FOUND]


def test_an_open_candidate_is_told_by_the_entity_that_it_became() -> None:
    state = standing(units([-1, -1], uscc=(7, 0)))
    decided(state, (1, 3, ENOUGH), (1, 0, ENOUGH))
    state.found(ints(0), ints(0))
    done = state.result()
    assert done.open_entity.tolist() == [0, done.entity[0]]


def test_what_is_taken_back_stands_with_the_rest_again() -> None:
    state = standing(units([-1, -1, -1]))
    decided(state, (0, 0, ENOUGH), (1, 0, ENOUGH), (1, 1, ENOUGH), (2, 0, ENOUGH), (2, 1, ENOUGH))
    state.take_back(ints(1, 0))
    done = state.result()
    assert done.entity.tolist() == [-1, -1, -1]
    assert done.decision.tolist() == [NONE_CODE, NONE_CODE, REVIEW_CODE]
    assert done.probability[:2].tolist() == [0.0, 0.0]
    assert done.partner.tolist() == done.member.tolist() == [-1, -1, -1]
    assert done.open_unit.tolist() == [2, 2]
    assert (done.open_left.tolist(), done.open_right.tolist()) == ([12, 12], [0, 1])
    assert state.rest_positions().tolist() == [0, 1]


def test_claims_are_links_and_signs_left_to_a_clerk_on_registered_firms() -> None:
    state = standing(units([-1, -1, -1, -1], uscc=(0, 0, 0, 7), suspect=(0, 0, 0, 0)))
    decided(
        state,
        *((0, 0, ENOUGH), (1, 1, ENOUGH), (1, 0, ENOUGH - 1), (2, 0, ENOUGH), (2, 1, ENOUGH)),
    )
    is_sign = np.zeros(30, dtype=bool)
    assert [side.tolist() for side in state.claims(ints(), is_sign)] == [[], []]
    is_sign[11] = True
    unit, entity = state.claims(ints(0), is_sign)
    assert (unit.tolist(), entity.tolist()) == ([0, 1], [0, 1])
    is_sign[:] = True
    unit, entity = state.claims(ints(), is_sign)
    assert (unit.tolist(), entity.tolist()) == ([1, 2], [1, 0])


def test_a_doubtful_code_and_an_unregistered_entity_claim_no_firm() -> None:
    state = standing(units([-1, -1, -1], uscc=(7, 0, 0), suspect=(0, 1, 0)))
    decided(state, (1, 0, ENOUGH), (2, 3, ENOUGH))
    assert state.entity.tolist() == [-1, 0, 2]
    assert [side.tolist() for side in state.claims(ints(1, 2), np.ones(30, dtype=bool))] == [[], []]
