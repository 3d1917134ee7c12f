"""What judgements come to among tonight's rows: which profile is which enterprise, and which is not."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.link.columns.founding import Firms
from pipeline.link.columns.parties import Parties
from pipeline.link.identification.before import Before, Former
from pipeline.link.identification.looks import Look
from pipeline.link.judgement.judgements import Judgement
from pipeline.link.judgement.judging import Judged, Target, _among, judge, nothing_judged
from tests.link.by_hand import facets, ints, parties
from tests.link.told_before import Known, before_of

DAY = date(2017, 3, 10)
EMPTY = ints()


def said(record: str, enterprise: str, verdict: str = "same", day: int = 10) -> Judgement:
    return Judgement(record, enterprise, verdict, "王核对", f"2017-03-{day}", "实地核对")


def rows(*records: str, profile: Sequence[int] = (), superseded: Sequence[str] = ()) -> Parties:
    """Records a0, a1 … of the grid and f0, f1 … of the registry; each a profile of its own by default."""
    return parties(
        *(
            {
                "record_id": record,
                "extract": "registry" if record[0] == "f" else "grid",
                "profile": profile[at] if profile else at,
                "superseded": record in superseded,
            }
            for at, record in enumerate(records)
        )
    )


def before(of_record: Mapping[str, str], founding: Mapping[str, str] = {}, **more: Any) -> Before:
    """Records and their enterprises; each enterprise is founded by its first record unless told."""
    first = {name: record for record, name in reversed(list(of_record.items()))}
    known = {
        name: Known(name, founding.get(name, record), DAY, Look(), True) for name, record in first.items()
    }
    return before_of(known, of_record, **more)


def judged(of: Parties, known: Before, *lines: Judgement) -> Judged:
    registry = [at for at, name in enumerate(of.table["extract"].to_pylist()) if name == "registry"]
    firms = Firms(len(registry), ints(*registry), ints(*range(len(registry))), *[EMPTY] * 5)
    return judge(lines, of, firms, known, "registry")


def known_by(found: Judged) -> list[tuple[int, tuple[int, ...], int]]:
    return [(one.firm, one.anchors, one.origin) for one in found.targets]


def test_nothing_that_moves_a_record_is_nothing_judged() -> None:
    of = rows("f0", "a1")
    assert judged(of, before({"f0": "F"})) == nothing_judged()
    assert judged(of, before({"f0": "F"}), said("a1", "F", "unsure")) == nothing_judged()


def test_a_record_is_said_to_be_a_registered_firm() -> None:
    found = judged(rows("a0", "f1", "f2"), before({"f1": "F", "f2": "G"}), said("a0", "G"))
    assert known_by(found) == [(1, (), -1)]
    assert found.same == {0: (0, DAY)}
    assert found.other == {}
    assert found.same_firm(ints(0, 1, 2)).tolist() == [1, -1, -1]
    assert found.same_firm(EMPTY).tolist() == []
    assert found.led().tolist() == []


def test_a_record_is_said_to_be_an_enterprise_that_no_register_holds() -> None:
    of = rows("f0", "a1", "a2", "a3")
    found = judged(of, before({"f0": "F", "a1": "S", "a2": "S"}), said("a3", "S"))
    assert known_by(found) == [(-1, (1, 2), 1)]
    assert found.same == {3: (0, DAY)}
    assert found.same_firm(ints(1, 2, 3)).tolist() == [-1, -1, -1]
    assert found.led().tolist() == [3]


def test_the_founding_record_tells_the_origin_where_it_came() -> None:
    known = before({"a0": "S", "a1": "S"}, founding={"S": "a1"})
    assert known_by(judged(rows("a0", "a1", "a2"), known, said("a2", "S"))) == [(-1, (0, 1), 1)]
    assert known_by(judged(rows("a0", "a2"), known, said("a2", "S"))) == [(-1, (0,), -1)]
    of_firm = before({"f0": "F", "a1": "F"})
    assert known_by(judged(rows("f0", "a1", "a2"), of_firm, said("a2", "F"))) == [(0, (1,), -1)]


def test_rows_of_the_registry_are_their_own_firms_whatever_was_said() -> None:
    found = judged(
        rows("f0", "f1"), before({"f0": "F", "f1": "G"}), said("f0", "G"), said("f0", "F", "different")
    )
    assert found.same == {} and found.other == {}


def test_what_nobody_tells_of_tonight_is_left_out() -> None:
    of = rows("a0", "a1")
    assert judged(of, before({"gone": "S"}), said("a0", "S")).same == {}
    assert judged(of, before({}), said("a0", "S")).same == {}
    assert judged(of, before({"a1": "S"}), said("gone", "S")).same == {}


def test_the_last_judgement_of_a_profile_holds() -> None:
    of, known = rows("a0", "a1", "a2"), before({"a1": "S", "a2": "T"})
    twice = judged(of, known, said("a0", "S"), said("a0", "T", day=11))
    assert twice.same == {0: (1, date(2017, 3, 11))}
    turned = judged(of, known, said("a0", "S"), said("a0", "S", "different", 11))
    assert turned.same == {} and turned.other == {(0, 0): date(2017, 3, 11)}
    back = judged(of, known, said("a0", "S", "different"), said("a0", "S", day=11))
    assert back.same == {0: (0, date(2017, 3, 11))} and back.other == {}
    both = judged(of, known, said("a0", "S"), said("a0", "T", "different", 11))
    assert both.same == {0: (0, DAY)} and both.other == {(0, 1): date(2017, 3, 11)}


def test_a_judgement_holds_for_all_rows_of_its_profile_and_for_both_profiles_of_its_record() -> None:
    of = rows("a0", "a1", "a2", profile=(0, 0, 1))
    found = judged(of, before({"a2": "S"}), said("a1", "S"))
    assert found.same == {0: (0, DAY)}
    of = rows("a0", "a0", "a2")
    assert judged(of, before({"a2": "S"}), said("a0", "S")).same == {0: (0, DAY), 1: (0, DAY)}


def test_an_enterprise_is_known_by_the_row_in_force() -> None:
    of = parties({"record_id": "a0", "superseded": True}, {"record_id": "a0"}, {"record_id": "a1"})
    found = judged(of, before({"a0": "S"}), said("a1", "S"))
    assert known_by(found) == [(-1, (1,), 1)]


def test_an_enterprise_is_not_known_by_those_who_were_judged_to_be_it_or_not() -> None:
    of = rows("a0", "a1", "a2", "a3")
    known = before({"a0": "S", "a1": "S", "a2": "S", "a3": "T"})
    found = judged(of, known, said("a1", "S", "different"), said("a2", "T"))
    assert known_by(found) == [(-1, (0,), 0), (-1, (3,), 3)]
    assert found.other == {(1, 0): DAY} and found.same == {2: (1, DAY)}


def test_an_enterprise_of_which_nothing_else_came_is_where_all_its_records_were_said_to_be() -> None:
    known = before({"a0": "S", "a1": "S", "a2": "T"})
    alone = judged(rows("a0"), before({"a0": "S"}), said("a0", "S", "different"))
    assert alone.other == {}, "of the judged rows alone nothing can be said that they are not"
    led = judged(rows("a0", "a1", "a2", "a3"), known, said("a0", "T"), said("a1", "T"), said("a3", "S"))
    assert led.same == {0: (1, DAY), 1: (1, DAY), 3: (1, DAY)}
    parted = judged(
        rows("a0", "a1", "a2", "a3"), known, said("a0", "T"), said("a1", "T"), said("a3", "S", "different")
    )
    assert parted.other == {(3, 1): DAY}
    torn = judged(
        rows("a0", "a1", "a2", "a3", "f4"),
        before({"a0": "S", "a1": "S", "a2": "T", "f4": "F"}),
        *(said("a0", "T"), said("a1", "F"), said("a3", "S")),
    )
    assert 3 not in torn.same


def test_who_is_one_firm_and_not_another_tells_the_two_apart() -> None:
    of = rows("a0", "a1", "f2")
    found = judged(of, before({"a1": "S", "f2": "F"}), said("a0", "F"), said("a0", "S", "different"))
    assert found.implied == {(1, 0)}
    assert [side.tolist() for side in found.denied()] == [[1], [0]]
    assert found.denies(ints(0, 1, 1), ints(0, 0, -1)).tolist() == [0, 1, 0]
    plain = judged(of, before({"a1": "S", "f2": "F"}), said("a0", "S", "different"))
    assert plain.implied == frozenset()


def test_an_id_that_another_took_over_is_where_its_own_records_are_or_else_the_others() -> None:
    taken = {"aliases": {"OLD": ("S", DAY)}, "former": {"OLD": Former("a1", DAY, frozenset({"a1"}))}}
    known = before({"a0": "S", "a1": "S"}, **taken)
    own = judged(rows("a0", "a1", "a2"), known, said("a2", "OLD"))
    assert [(one.enterprise_id, one.called) for one in own.targets] == [("OLD", "S")]
    assert known_by(own) == [(-1, (1,), 1)]
    gone = judged(rows("a0", "a2"), known, said("a2", "OLD"))
    assert known_by(gone) == [(-1, (0,), -1)]


def target(firm: int = -1, anchors: tuple[int, ...] = (), name: str = "S", called: str = "S") -> Target:
    return Target(name, called, firm, anchors, -1)


def test_denied_and_parted_profiles_are_told_pair_by_pair() -> None:
    found = Judged(
        (target(firm=0), target(firm=4), target(anchors=(5, 6))),
        {},
        {(9, 2): DAY, (3, 1): DAY, (2, 0): DAY},
        frozenset({(8, 0)}),
    )
    assert [side.tolist() for side in found.denied()] == [[2, 3, 8], [0, 4, 0]]
    assert found.denies(ints(2, 2, 3, 8, 9, 2), ints(0, 4, 4, 0, 0, -1)).tolist() == [1, 0, 1, 1, 0, 0]
    assert [side.tolist() for side in found.apart()] == [[9, 9], [5, 6]]


def test_those_whose_codes_point_to_a_denied_firm_are_parted_too() -> None:
    found = Judged((target(firm=0), target(anchors=(5,))), {}, {(3, 0): DAY, (3, 1): DAY})
    pointed = ints(-1, 0, 1, 0, 0, -1)
    mine, theirs = found.apart(ints(1, 2, 3, 4, 5), pointed)
    assert sorted(zip(mine.tolist(), theirs.tolist(), strict=True)) == [(3, 1), (3, 4), (3, 5)]
    mine, theirs = found.apart(ints(2, 4), pointed)
    assert sorted(zip(mine.tolist(), theirs.tolist(), strict=True)) == [(3, 4), (3, 5)]


def test_led_profiles_and_those_parted_from_their_own_codes_bearers_lose_their_codes() -> None:
    shop, firm = target(anchors=(2, 3)), target(firm=0)
    found = Judged((shop, firm), {7: (0, DAY), 6: (0, DAY), 5: (1, DAY)}, {(1, 0): DAY, (4, 0): DAY})
    assert found.led().tolist() == [6, 7]
    for code in ("uscc", "org", "registration"):
        f = facets(8, **{code: (0, 9, 9, 8, 7, 9, 0, 0)})
        assert found.refused_codes(f).tolist() == [1, 6, 7]
    assert found.refused_codes(facets(8)).tolist() == [6, 7]


def test_records_are_parted_from_an_enterprise_by_both_its_names() -> None:
    of = rows("a0", "a1", "a2", profile=(0, 0, 1))
    found = Judged(
        (target(name="OLD", called="S"), target(name="T", called="T")), {}, {(0, 0): DAY, (1, 1): DAY}
    )
    assert found.parted_records(of) == {
        ("a0", "OLD"), ("a0", "S"), ("a1", "OLD"), ("a1", "S"), ("a2", "T")
    }  # fmt: skip


def test_records_are_moved_where_others_keep_the_id_that_they_had() -> None:
    of = rows("a0", "a1", "a2", "a3")
    found = Judged((target(name="S"),), {0: (0, DAY), 3: (0, DAY)}, {})
    assert found.moved_records(of, before({"a0": "T", "a1": "T", "a2": "S"})) == {"a0"}
    assert found.moved_records(of, before({"a0": "T", "a2": "S"})) == set(), "nobody else had it"
    assert found.moved_records(of, before({"a0": "T", "a3": "T"})) == set(), "both were moved"
    assert found.moved_records(of, before({"a0": "S", "a1": "S"})) == set(), "it was there already"
    assert found.moved_records(of, before({"a1": "T"})) == set(), "it had none"
    assert nothing_judged().moved_records(of, before({"a1": "T"})) == set()


def test_pairs_are_told_apart_by_both_their_numbers() -> None:
    left, right = zip(*((one, other) for one in range(4) for other in range(4)), strict=True)
    among = _among(ints(*left), ints(*right), ints(0, 3), ints(3, 1))
    found = {pair for pair, held in zip(zip(left, right, strict=True), among.tolist(), strict=True) if held}
    assert found == {(0, 3), (3, 1)}
    assert _among(ints(0, 1), ints(9, 0), ints(0), ints(9)).tolist() == [1, 0]
