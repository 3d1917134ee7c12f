"""What people judged holds against codes, fields and clusters."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from pipeline.link.columns.founding import Units
from pipeline.link.decisions.deciding import CERTAIN_CODE, NONE_CODE, PROBABLE_CODE, REVIEW_CODE
from pipeline.link.decisions.enforcing import enforce, home
from pipeline.link.decisions.standing import CODE_NOT_HELD, NOT_FOUND, REGISTERED, Resolution
from pipeline.link.judgement.judging import Judged, Target
from tests.link.by_hand import ints

DAY = date(2017, 3, 1)
KINDS = (REGISTERED, REGISTERED, CODE_NOT_HELD, NOT_FOUND)
SHOP = 3  # the entity that no register holds
FIRST = 10  # the first profile outside the registry


def outcome(
    entity: Sequence[int], decision: Sequence[int] = (), founds: Sequence[int] = (), unit: Sequence[int] = ()
) -> Resolution:
    """Profiles from `FIRST` on, each a unit of its own unless units are given."""
    count = len(entity)
    of = unit or range(count)
    zeros, nothing = ints(*[0] * count), ints()
    units = Units(ints(*range(FIRST, FIRST + len(of))), ints(*of), zeros - 1, zeros, zeros, nothing, nothing)
    return Resolution(
        units,
        entity=ints(*entity),
        decision=ints(*(decision or [PROBABLE_CODE if one >= 0 else NONE_CODE for one in entity])),
        probability=np.full(count, 0.9),
        partner=zeros + 5,
        member=zeros + 6,
        kind=ints(*KINDS),
        founds=ints(*(founds or zeros)),
        open_unit=nothing,
        open_entity=nothing,
        open_probability=nothing.astype(float),
        open_left=nothing,
        open_right=nothing,
        compared_with=0,
    )


def target(firm: int = -1, anchors: tuple[int, ...] = (), origin: int = -1) -> Target:
    return Target("E", "E", firm, anchors, origin)


def enforced(
    found: Resolution,
    *targets: Target,
    same: Mapping[int, int] = {},
    other: Sequence[tuple[int, int]] = (),
    able: bool = True,
) -> Resolution:
    judged = Judged(targets, {p: (at, DAY) for p, at in same.items()}, dict.fromkeys(other, DAY))
    return enforce(found, judged, lambda profiles: np.full(len(profiles), int(able)))


def test_nothing_judged_leaves_the_outcome_as_it_is() -> None:
    found = outcome([0, -1])
    assert enforced(found) is found


def test_a_target_is_the_firm_that_it_is() -> None:
    judged = Judged((target(firm=0, anchors=(11,), origin=11),), {}, {})
    assert home(outcome([-1, 3]), judged, 0) == 0, "the first firm is a firm as any other"


def test_a_target_is_where_its_founding_record_is_else_where_most_of_its_records_are() -> None:
    found = outcome([2, 3, 3, -1])
    assert home(found, Judged((target(anchors=(10, 11, 12), origin=10),), {}, {}), 0) == 2
    assert home(found, Judged((target(anchors=(10, 11, 12), origin=-1),), {}, {}), 0) == 3
    assert home(found, Judged((target(anchors=(10, 11, 12), origin=13),), {}, {}), 0) == 3
    assert home(found, Judged((target(anchors=(11, 12, 13), origin=13),), {}, {}), 0) == 3
    assert home(found, Judged((target(anchors=(13,), origin=13),), {}, {}), 0) == -1
    assert home(found, Judged((target(),), {}, {}), 0) == -1


def test_of_as_many_records_the_first_tells_and_entity_zero_is_one() -> None:
    assert home(outcome([2, 3]), Judged((target(anchors=(11, 10)),), {}, {}), 0) == 3
    assert home(outcome([0, -1]), Judged((target(anchors=(10, 11), origin=10),), {}, {}), 0) == 0
    assert home(outcome([0, 2, 0]), Judged((target(anchors=(10, 11, 12)),), {}, {}), 0) == 0


def test_what_waits_for_a_clerk_is_nowhere() -> None:
    waiting = outcome([2, 3], [REVIEW_CODE, PROBABLE_CODE])
    assert home(waiting, Judged((target(anchors=(10, 11), origin=10),), {}, {}), 0) == 3
    assert home(waiting, Judged((target(anchors=(10,), origin=10),), {}, {}), 0) == -1


def test_a_profile_said_to_be_an_enterprise_goes_there_for_certain_with_its_unit() -> None:
    found = outcome([2, 3], unit=[0, 1, 0])
    done = enforced(found, target(anchors=(11,)), same={12: 0})
    assert done.entity.tolist() == [3, 3]
    assert done.decision.tolist() == [CERTAIN_CODE, PROBABLE_CODE]
    assert done.probability.tolist() == [1.0, 0.9]
    assert done.partner.tolist() == [-1, 5]
    assert done.founds.tolist() == [1, 0], "it joins an enterprise that no register holds"
    assert done.kind.tolist() == [*KINDS]
    assert found.entity.tolist() == [2, 3], "the outcome before is left as it was"


def test_who_joins_an_enterprise_by_its_code_founds_none() -> None:
    done = enforced(outcome([3, 2], founds=[1, 0]), target(anchors=(11,)), same={10: 0})
    assert done.entity.tolist() == [2, 2]
    assert done.founds.tolist() == [0, 0]


def test_who_is_said_to_be_what_is_nowhere_stands_alone() -> None:
    done = enforced(outcome([2, -1]), target(anchors=(11,)), same={10: 0})
    assert done.entity.tolist() == [4, -1]
    assert done.kind.tolist() == [*KINDS, NOT_FOUND]
    assert done.decision.tolist() == [CERTAIN_CODE, NONE_CODE]
    assert done.probability.tolist() == [1.0, 0.9]
    assert done.founds.tolist() == [1, 0]


def test_who_may_found_nothing_is_nowhere() -> None:
    done = enforced(outcome([2, 3], founds=[1, 1]), target(anchors=(11,)), other=[(10, 0)], able=False)
    assert done.entity.tolist() == [2, 3], "it is not there in the first place"
    done = enforced(outcome([3, 3], founds=[1, 1]), target(anchors=(11,)), other=[(10, 0)], able=False)
    assert done.entity.tolist() == [-1, 3]
    assert done.decision.tolist() == [NONE_CODE, PROBABLE_CODE]
    assert done.probability.tolist() == [0.0, 0.9]
    assert (done.partner.tolist(), done.founds.tolist()) == ([-1, 5], [0, 1])
    assert done.kind.tolist() == [*KINDS]


def test_a_profile_said_not_to_be_a_firm_leaves_it() -> None:
    for firm in (0, 1):
        done = enforced(outcome([firm, firm]), target(firm=firm), other=[(10, 0)])
        assert done.entity.tolist() == [4, firm]
        assert done.kind.tolist() == [*KINDS, NOT_FOUND]


def test_a_profile_that_only_waits_is_left_to_the_clerk() -> None:
    done = enforced(outcome([1, 1], [REVIEW_CODE, PROBABLE_CODE]), target(firm=1), other=[(10, 0)])
    assert done.decision.tolist() == [REVIEW_CODE, PROBABLE_CODE]
    assert done.entity.tolist() == [1, 1]


def test_not_to_be_what_is_nowhere_changes_nothing() -> None:
    done = enforced(outcome([-1, -1]), target(anchors=(11,)), other=[(10, 0)])
    assert done.entity.tolist() == [-1, -1]
    assert done.decision.tolist() == [NONE_CODE, NONE_CODE]


def test_a_profile_led_to_an_enterprise_and_out_of_another_stays_where_it_was_led() -> None:
    done = enforced(outcome([1, 3]), target(firm=1), target(anchors=(11,)), same={10: 1}, other=[(10, 0)])
    assert done.entity.tolist() == [3, 3]
    assert done.decision.tolist() == [CERTAIN_CODE, PROBABLE_CODE]


def test_two_that_must_not_be_one_stand_alone_each() -> None:
    done = enforced(outcome([3, 3, 3]), target(anchors=(12,)), other=[(10, 0), (11, 0)])
    assert done.entity.tolist() == [4, 5, 3]
    assert done.kind.tolist() == [*KINDS, NOT_FOUND, NOT_FOUND]
