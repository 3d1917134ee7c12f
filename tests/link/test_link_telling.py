"""What is told of judged links and of comparisons, and which earlier state a night goes on from."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import RunError
from pipeline.journal import append_journal
from pipeline.link.decisions.scoring import explain_pairs, score_pairs
from pipeline.link.engines.local import LocalMet
from pipeline.link.explaining import wording
from pipeline.link.explaining.judged_bases import judged_bases
from pipeline.link.explaining.reasons import reasons
from pipeline.link.explaining.waterfalls import patterns, prior, probability
from pipeline.link.identification.before import Former
from pipeline.link.identification.looks import Look, Seen, is_renamed
from pipeline.link.identification.state import SCHEMA, read_history
from pipeline.link.judgement.judging import Judged, Target
from pipeline.link.model import shipped_model
from pipeline.link.pairs.blocking import Key, Terms
from pipeline.link.pairs.comparing import FIELDS, LEAST_POPULATION, Comparator, Scored, frequencies
from pipeline.link.pairs.layout import FacetTable
from pipeline.settings import Settings
from tests.link.by_hand import compared, facets, ints, read
from tests.link.test_link_enforcing import outcome
from tests.link.told_before import Known, before_of, handled_by, identify, known_of

pytestmark = pytest.mark.usefixtures("small_tables")

DAY, NEXT = date(2017, 3, 1), date(2017, 3, 2)
MODEL = shipped_model()
BASES = sorted(["字号相同", wording.SISTER])
NAMED, SISTER = BASES.index("字号相同"), BASES.index(wording.SISTER)


def told(judged: Judged, basis: tuple[int, ...], unit: tuple[int, ...] = ()) -> list[str]:
    """The reasons of profiles 10, 11 …; those before them are named."""
    found = outcome([0] * (max(unit, default=len(basis) - 1) + 1), unit=unit or list(range(len(basis))))
    bases, renewed = judged_bases(BASES, ints(*[NAMED] * 10, *basis), found, judged)
    assert bases == sorted(set(bases))
    return [bases[at] for at in renewed[10:]]


TARGETS = (Target("E", "E", 0, (), -1), Target("F", "F", 1, (), -1))


def test_without_judgements_reasons_stay_as_they_are() -> None:
    basis = ints(NAMED, SISTER)
    bases, same = judged_bases(BASES, basis, outcome([0, 0]), Judged((), {}, {}))
    assert bases is BASES and same is basis


def test_a_judged_row_says_so_and_its_sisters_say_whose_they_are() -> None:
    judged = Judged(TARGETS, {10: (0, DAY)}, {})
    said = told(judged, (NAMED, SISTER, NAMED, SISTER), unit=(0, 0, 0, 1))
    assert said == [wording.judged_same(DAY), wording.SISTER_OF_JUDGED, "字号相同", wording.SISTER]
    assert "2017-03-01" in said[0]


def test_two_judged_sisters_say_each_what_was_judged_of_them() -> None:
    judged = Judged(TARGETS, {10: (0, DAY), 11: (0, NEXT)}, {})
    assert told(judged, (SISTER, SISTER), unit=(0, 0)) == [
        wording.judged_same(DAY),
        wording.judged_same(NEXT),
    ]


def test_a_row_that_is_not_another_says_so_behind_its_own_reason_with_the_last_day() -> None:
    judged = Judged(TARGETS, {}, {(10, 0): NEXT, (10, 1): DAY, (11, 0): DAY})
    assert told(judged, (NAMED, SISTER)) == [
        wording.judged_other(NEXT, "字号相同"), wording.judged_other(DAY, wording.SISTER)
    ]  # fmt: skip
    both = Judged(TARGETS, {10: (0, DAY)}, {(10, 1): NEXT})
    assert told(both, (NAMED,)) == [wording.judged_same(DAY)]


def weighed(*pairs: tuple[str, int]) -> Scored:
    """Pairs that agree exactly in one field of such weight."""
    found = compared(*({field: next(iter(MODEL.comparisons[field].levels))} for field, _ in pairs))
    for at, (field, weight) in enumerate(pairs):
        found.weights[field][at] = found.total[at] = weight
    return found


def test_reasons_of_compared_units_are_worded_once() -> None:
    found = outcome([1, 1, 1, -1], [3, 3, 3, 0])
    scored = weighed(("person", 9000), ("phone", 9000), ("person", 8000))
    f = facets(14, name={"known": [0] * 13 + [1]})
    bases, basis = reasons(f, found, ints(0, 1, 2), scored, MODEL)
    assert [bases[at] for at in basis[10:]] == ["负责人一致", "电话一致", "负责人一致", wording.NOTHING_FITS]
    assert bases == sorted(set(bases))


def test_the_prior_is_one_firm_among_all_or_none() -> None:
    assert prior(3, MODEL) == prior(LEAST_POPULATION, MODEL) == round(-np.log2(3000 * 0.25) * 1000)
    assert prior(30_000, MODEL) == round(-np.log2(30_000 * 0.25) * 1000)


def test_probability_alone_has_six_digits_and_is_never_out_of_bounds() -> None:
    found = probability(
        weighed(("person", 5000), ("person", 4000), ("person", 10**9), ("person", -(10**9))), -5000
    )
    assert found[:2].tolist() == [0.5, 0.333333]
    assert found[2:].tolist() == [1.0, 0.0]


def test_equal_comparisons_are_one_pattern() -> None:
    scored = weighed(("person", 9000), ("phone", 9000), ("person", 9000), ("person", -9000))
    which, lists = patterns(scored, MODEL, -7, silent=False)
    assert which[0] == which[2] and len({*which.tolist()}) == 3 == len(lists)
    said = lists.to_pylist()
    assert said[which[0]] == [
        wording.PRIOR | {"weight": -7},
        {"field": "负责人", "value_class": "文字", "level": "一致", "weight": 9000},
    ]
    assert said[which[1]][1]["field"] == "电话" and said[which[3]][1]["weight"] == -9000
    _, silent = patterns(scored, MODEL, -7, silent=True)
    assert [len(one) for one in silent.to_pylist()] == [1 + len(FIELDS)] * 3
    assert {
        "field": "字号",
        "value_class": "没有可比内容",
        "level": "无可比内容",
        "weight": 0,
    } in silent.to_pylist()[0]
    none, empty = patterns(scored.take(ints()), MODEL, -7, silent=True)
    assert len(none) == len(empty) == 0


SHOP = {"sign": "阿美发廊", "person": "吴阿美", "address": "罗湖区田贝四路63号2栋", "phone": "13612345670"}


def test_pairs_that_weigh_something_are_kept_with_what_they_rest_on() -> None:
    firm = {"name": "罗湖区阿美发廊", "person": "吴阿美", "address": SHOP["address"], "extract": "registry"}
    _, f, words = read(SHOP, {"sign": "小胖烧烤"}, firm, firm | {"status": "revoked"}, {"person": "吴阿美"})
    everyone = Terms(ints(1, 1, 1, 1, 1), ints(0, 1, 2, 3, 4))
    table = FacetTable.of(f)
    found = LocalMet(table, table, lambda *_: [Key("all", everyone, everyone, 9)])
    comparator = Comparator(MODEL, words, frequencies(f.take(ints()), ints(), words, int(f.door.max()) + 1))
    kept = score_pairs(found, comparator)
    assert kept.compared == 25
    whole = explain_pairs((f, np.repeat(np.arange(5), 5)), (f, np.tile(np.arange(5), 5)), comparator)
    pairs = list(zip(kept.left.tolist(), kept.right.tolist(), strict=True))
    assert pairs == [divmod(at, 5) for at in np.flatnonzero(whole.total >= 4000).tolist()]
    assert kept.weight.tolist() == whole.total[whole.total >= 4000].tolist()
    backed = dict(zip(pairs, kept.backed.tolist(), strict=True))
    assert backed[0, 2] and backed[2, 0]
    assert (0, 1) not in backed and not backed.get((4, 0), False)
    assert explain_pairs((f, ints()), (f, ints()), comparator).total.tolist() == []


def settings(folder: Path, as_of: date) -> Settings:
    return Settings(
        inbox=folder / "inbox", warehouse=folder / "w.duckdb", out=folder / "out", restricted=folder,
        as_of=as_of, corrections=folder / "corrections", threads=1,
    )  # fmt: skip


def published(folder: Path, *days: date) -> None:
    """States of some days, in the order in which they were published; each knows one enterprise."""
    for number, day in enumerate(days):
        row: dict[str, Any] = dict.fromkeys(SCHEMA.names) | {
            "record_id": "r1", "enterprise_id": f"E{number}", "founding_record_id": "r1", "first_as_of": DAY,
            "present": True, "source": "tax",
        }  # fmt: skip
        pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), folder / f"{number}.parquet")
        append_journal(folder / "journal.jsonl", {"as_of": day.isoformat(), "identity": f"{number}.parquet"})


def history(folder: Path, as_of: date) -> tuple[str, str]:
    found = read_history(settings(folder, as_of))
    return tuple(one.held_by(["r1"]).get("r1", "") for one in (found.given, found.earlier))  # type: ignore[return-value]


def test_a_night_goes_on_from_the_newest_state_up_to_its_day_beside_the_day_before(tmp_path: Path) -> None:
    assert history(tmp_path, DAY) == ("", "")
    published(tmp_path, DAY, DAY + timedelta(2), DAY + timedelta(1), DAY + timedelta(2))
    assert history(tmp_path, DAY + timedelta(3)) == ("E3", "E3")
    assert history(tmp_path, DAY + timedelta(2)) == ("E3", "E2"), "a night that is built again"
    assert history(tmp_path, DAY + timedelta(1)) == ("E2", "E0")
    assert history(tmp_path, DAY) == ("E0", "")
    assert history(tmp_path, DAY - timedelta(1)) == ("E3", ""), "before all of them, the newest gives the ids"


def test_a_state_that_is_missing_is_an_error(tmp_path: Path) -> None:
    published(tmp_path, DAY)
    (tmp_path / "0.parquet").unlink()
    with pytest.raises(RunError, match="missing"):
        history(tmp_path, NEXT)


def test_a_state_is_read_with_its_aliases_and_handles(tmp_path: Path) -> None:
    plain: dict[str, Any] = dict.fromkeys(SCHEMA.names) | {
        "enterprise_id": "E1", "founding_record_id": "r1", "first_as_of": DAY, "present": True,
        "sign": "阿美发廊",
    }  # fmt: skip
    old = plain | {"enterprise_id": "E0", "founding_record_id": "r0", "alias_of": "E1", "alias_since": NEXT}
    rows = [
        plain | {"record_id": "r1", "source": "tax"}, plain | {"record_id": "r2", "source": "grid"},
        plain | {"handle": "h:1"}, plain | {"enterprise_id": "E2", "present": False, "handle": "h:1"},
        old | {"record_id": "r2"}, old | {"record_id": "r3"}, old | {"enterprise_id": "E9"},
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), tmp_path / "0.parquet")
    append_journal(tmp_path / "journal.jsonl", {"as_of": DAY.isoformat(), "identity": "0.parquet"})
    given = read_history(settings(tmp_path, NEXT)).given
    assert given.held_by(["r1", "r2", "r3"]) == {"r1": "E1", "r2": "E1"}
    sources = zip(given.records.to_pylist(), given.sources.to_pylist(), strict=True)
    assert dict(sources) == {"r1": "tax", "r2": "grid"}
    assert known_of(given) == {
        "E1": Known("E1", "r1", DAY, Look(sign="阿美发廊"), True),
        "E2": Known("E2", "r1", DAY, Look(sign="阿美发廊"), False),
    }
    assert handled_by(given) == {"h:1": {"E1", "E2"}}
    assert given.aliases == {"E0": ("E1", NEXT), "E9": ("E1", NEXT)}
    assert given.former["E0"] == Former("r0", DAY, frozenset({"r2", "r3"}))
    assert given.former["E9"].records == frozenset()


def ids(held: list[tuple[int, str]], founding: list[str], **founded: str) -> list[str]:
    """Ids of tonight's entities; E had all records, and its founding record is told."""
    known = {"E": Known("E", founded.get("by", "gone"), DAY, Look(), True)}
    before = before_of(known, {record: "E" for _, record in held})
    found = identify(founding, held, before, NEXT).ids.to_pylist()
    return ["E" if one == "E" else "new" for one in found]


def test_of_several_claims_the_founding_record_wins_then_most_records_then_the_smallest() -> None:
    torn = [(0, "a"), (1, "b"), (1, "c")]
    assert ids(torn, ["a", "b"]) == ["new", "E"]
    assert ids(torn, ["a", "b"], by="a") == ["E", "new"]
    assert ids([(0, "b"), (1, "a")], ["b", "a"]) == ["new", "E"]


def test_a_barred_record_claims_no_id() -> None:
    before = before_of({"E": Known("E", "a", DAY, Look(), True)}, {"a": "E", "b": "E"})
    found = identify(["a", "b"], [(0, "a"), (1, "b")], before, NEXT, barred=frozenset({"a"}))
    first, second = found.ids.to_pylist()
    assert second == "E" != first


def test_an_id_that_is_taken_is_not_given_again() -> None:
    known: dict[str, Known] = {}
    for day in (DAY, NEXT, NEXT + timedelta(1)):
        (given,) = identify(["a"], [], before_of(known), day).ids.to_pylist()
        assert given not in known
        known[given] = Known(given, "a", DAY, Look(), False)


@pytest.mark.parametrize(
    ("before", "tonight", "renamed"),
    [
        (Look(sign="阿美发廊"), ("阿美美发店",), False),
        (Look(sign="阿美发廊"), ("新阿美发廊",), False),
        (Look(sign="新阿美发廊"), ("阿美发廊",), False),
        (Look(sign="(无)"), ("小胖烧烤",), True),
        (Look(), ("小胖烧烤",), False),
        (Look(registered_name="甲", sign="阿美发廊"), ("小胖烧烤",), False),
    ],
)
def test_another_sign_is_one_that_sounds_otherwise(
    before: Look, tonight: tuple[str, ...], renamed: bool
) -> None:
    assert is_renamed(before, Seen(Look(), tonight)) is renamed


def test_looks_are_read_from_their_table() -> None:
    columns = {"registered_name": ["甲", None], "sign": [None, "乙"], "registered_address": ["", ""]}
    table = pa.table(
        columns | {"trading_address": ["丙", None], "signs": [["乙", "丁"], None], "places": [None, ["丙"]]}
    )
    assert list(Seen.all_of(table)) == [
        Seen(Look("甲", "", "", "丙"), ("乙", "丁"), ()), Seen(Look("", "乙", "", ""), (), ("丙",))
    ]  # fmt: skip
