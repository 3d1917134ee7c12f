"""From rows to enterprises without a database: codes, fields, shops, and what is told of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms, found_firms
from pipeline.link.columns.ordering import Ints, distinct_pairs
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.decisions.deciding import DECISIONS
from pipeline.link.decisions.ledger import Ledger
from pipeline.link.decisions.resolving import Resolver
from pipeline.link.decisions.standing import CODE_NOT_HELD, NOT_FOUND, REGISTERED, Resolution, Views
from pipeline.link.engines.local import LocalEngine
from pipeline.link.explaining import wording
from pipeline.link.judgement.judging import Judged, Target, nothing_judged
from pipeline.link.model import shipped_model
from pipeline.link.pairs.pieces import Pieces
from pipeline.link.results.compared import compared_tables
from pipeline.link.results.outcome import Linked, assemble, entity_table, link_rows, record_of_profile
from pipeline.link.results.reviews import review_table
from tests.link.by_hand import ints, read

pytestmark = pytest.mark.usefixtures("small_tables")

DAY = date(2017, 3, 1)
A, B = "91440300MA9XXXX034", "92440300MA9XXXX11U"
NOT_HELD = "93440300MA9XXXX2XG"
FIRM = {
    "extract": "registry", "record_id": "f0", "uscc": A, "name": "深圳市鑫泰五金有限公司", "person": "陈小明",
    "address": "深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室",
}  # fmt: skip
SHOP_FIRM = {
    "extract": "registry", "record_id": "f1", "uscc": B, "name": "罗湖区恒兴服装店", "person": "李秀兰",
    "phone": "13612345670", "address": "深圳市罗湖区湖贝村12巷3号一楼",
}  # fmt: skip
SHOP = {"sign": "阿美发廊", "person": "吴阿美", "address": "罗湖区翠竹街道田贝四路63号2栋首层"}
BARE = {"party": "赵大勇", "address": "罗湖区爱国路口"}


@dataclass(frozen=True)
class Night:
    """What became of some rows; registry rows come first and are a profile each."""

    parties: Parties
    facets: Facets
    words: Vocabularies
    firms: Firms
    resolver: Resolver
    found: Resolution
    judged: Judged
    ledger: Ledger

    def outcome(self) -> list[tuple[str, int]]:
        """Decision and entity of each row outside the registry."""
        unit = self.found.units.unit
        return [(DECISIONS[self.found.decision[one]], int(self.found.entity[one])) for one in unit.tolist()]

    def linked(self) -> Linked:
        return assemble(
            self.parties, self.facets, self.words, self.firms, self.found, self.resolver, self.judged
        )


def founds_by_name(of: Facets) -> Callable[[Ints], Ints]:
    named = ((of.name.trade > 0) | (of.sign.trade > 0)) & (of.bare == 0)
    return lambda profiles: named[profiles].astype(np.int64)


def night(*rows: Mapping[str, Any], judged: Judged | None = None) -> Night:
    # Profiles have the order of the rows here.
    of, f, words = read(*rows)
    is_registry = np.array([name == "registry" for name in of.table["extract"].to_pylist()])
    at = np.flatnonzero(is_registry)
    firms = found_firms(at, of.profile[at], at, f, len(words.code))
    views = Views(*distinct_pairs(of.profile[at], firms.of_row))
    ledger, share = Ledger(), np.full(len(f), 0.9)
    resolver = Resolver(f, words, Pieces(words), firms, views, shipped_model(), share, ledger, LocalEngine())
    others = np.unique(of.profile[~is_registry])
    said = judged or nothing_judged()
    return Night(
        of, f, words, firms, resolver, resolver.resolve(others, founds_by_name(f), said), said, ledger
    )


def target(firm: int = -1, anchors: tuple[int, ...] = ()) -> Target:
    return Target("E", "E", firm, anchors, -1)


def test_rows_find_the_firm_that_their_code_or_their_fields_tell() -> None:
    done = night(
        FIRM, SHOP_FIRM, {"uscc": A.lower(), "name": "某某"},
        {"name": "深圳市鑫泰五金有限公司", "person": "陈小明"}, {"name": "深圳市达源贸易有限公司"}, BARE,
    )  # fmt: skip
    assert done.outcome() == [("certain", 0), ("certain", 0), ("certain", 2), ("none", -1)]
    assert done.found.kind.tolist() == [REGISTERED, REGISTERED, NOT_FOUND]
    assert done.found.partner.tolist() == [-1, 0, -1, -1]
    assert done.found.member.tolist() == [-1, 3, -1, -1]
    assert done.found.compared_with == 2
    assert set(done.ledger.seconds) == {"证号", "比对", "聚类"}
    assert done.ledger.counts["候选对"] > 0


def test_the_rows_of_one_shop_are_one_enterprise_and_bare_persons_found_none() -> None:
    done = night(FIRM, SHOP, SHOP | {"extract": "tax"}, BARE, BARE | {"extract": "tax"})
    assert done.outcome() == [("certain", 1), ("certain", 1), ("none", -1), ("none", -1)]
    assert done.found.founds.tolist() == [1, 1, 0, 0]
    beside = night(FIRM, SHOP, SHOP | {"sign": None, "extract": "tax"})
    assert beside.outcome() == [("certain", 1), ("certain", 1)], "in a shop that may found all rows are in"


def test_codes_that_the_registry_lacks_are_an_enterprise_of_their_own() -> None:
    coop = {"uscc": NOT_HELD, "name": "外地某某合作社"}
    done = night(FIRM, coop, coop | {"extract": "tax", "name": "某某合作社"}, {"name": "外地某某合作社"})
    assert done.outcome()[0] == done.outcome()[1] == ("certain", 2)
    assert done.found.kind[2] == CODE_NOT_HELD


STRANGER = {
    "uscc": A,
    "name": "深圳市永盛餐饮管理有限公司",
    "person": "周大海",
    "address": "罗湖区布吉路88号",
}


@pytest.mark.parametrize(
    ("row", "doubtful"),
    [
        (STRANGER, True),
        (STRANGER | {"person": None}, True),
        (STRANGER | {"address": None}, True),
        (STRANGER | {"person": None, "address": None}, False),
        (STRANGER | {"person": "陈小明"}, False),
        (STRANGER | {"address": FIRM["address"]}, False),
        (STRANGER | {"name": None}, False),
        (STRANGER | {"name": FIRM["name"]}, False),
        (STRANGER | {"phone": "13612345670"}, False),
        (STRANGER | {"address": "罗湖区布吉路88号（入驻深圳市某商务秘书有限公司）"}, True),
    ],
    ids=[
        "all",
        "no person",
        "no place",
        "name alone",
        "person",
        "place",
        "no name",
        "name",
        "phone",
        "shared",
    ],
)
def test_a_code_that_everything_else_denies_is_doubtful(row: dict[str, Any], doubtful: bool) -> None:
    firm = FIRM | {"phone": "13612345670", "registration": "440303109999994"}
    done = night(firm, SHOP_FIRM | {"phone": None}, row)
    assert done.found.units.suspect.tolist() == [int(doubtful)]
    assert done.found.units.pointed.tolist() == [0 if doubtful else -1]
    assert done.outcome() == [("review", -1) if doubtful else ("certain", 0)]
    assert done.ledger.counts["证号与其余内容不符的档案"] == int(doubtful)
    left, right = ints(2), ints(0)
    plain, coded = done.resolver.explain(left, right), done.resolver.explain_codes(left, right)
    assert coded.at(shipped_model(), "code", "valid_equal").tolist() == [True]
    assert plain.at(shipped_model(), "code", "valid_equal").tolist() == [not doubtful]


def test_a_view_of_the_firm_that_fits_is_enough_for_its_code() -> None:
    former = FIRM | {"record_id": "f1", "name": STRANGER["name"]}
    assert night(FIRM, former, STRANGER).found.units.suspect.tolist() == [0]


def test_two_codes_of_two_firms_are_doubtful() -> None:
    torn = FIRM | {"extract": "tax", "record_id": "t", "taxpayer": "440303MA9XXXX11"}
    fits = night(FIRM, SHOP_FIRM, torn | {"taxpayer": None}).found.units
    assert fits.suspect.tolist() == [0]
    number = SHOP_FIRM | {"registration": "440303109999994"}
    done = night(FIRM, number, FIRM | {"extract": "tax", "record_id": "t", "registration": "440303109999994"})
    assert done.found.units.suspect.tolist() == [1]
    assert done.found.units.pointed.tolist() == [0], "the unified code goes first"


def test_a_judged_code_is_neither_trusted_nor_doubted() -> None:
    row = FIRM | {"extract": "tax", "record_id": "t"}
    other = night(FIRM, SHOP_FIRM, row, judged=Judged((target(0),), {}, {(2, 0): DAY}))
    assert other.found.units.firm.tolist() == [-1]
    assert other.found.units.suspect.tolist() == [0]
    assert other.outcome()[0][1] != 0
    led = night(FIRM, SHOP_FIRM, row, judged=Judged((target(1),), {2: (0, DAY)}, {}))
    assert led.outcome() == [("certain", 1)]
    assert led.found.units.suspect.tolist() == [0]
    same = night(FIRM, SHOP_FIRM, STRANGER, judged=Judged((target(0),), {2: (0, DAY)}, {}))
    assert same.outcome() == [("certain", 0)], "who was said to be the firm is no stranger"
    shop = night(FIRM, SHOP, row, judged=Judged((target(-1, (1,)),), {2: (0, DAY)}, {}))
    assert shop.found.units.uscc.tolist()[1] == 0, "the code of who was led elsewhere says nothing"
    assert shop.outcome()[1] == ("none", -1)


def test_a_row_that_names_its_firm_short_speaks_for_the_firms_own_branch_and_place() -> None:
    branch = FIRM | {
        "uscc": B,
        "record_id": "f1",
        "name": "深圳市鑫泰五金有限公司罗湖分公司",
        "address": "罗湖区爱国路7号",
    }
    short = {"uscc": B, "name": "鑫泰五金", "address": "罗湖区文锦北路1号国宝大厦802室"}
    same = {
        "extract": "tax",
        "name": "深圳市鑫泰五金有限公司罗湖分公司",
        "address": "文锦北路1号国宝大厦802室",
    }
    done = night(FIRM, branch, short, same)
    assert done.outcome() == [("certain", 1), ("certain", 1)]


def test_a_sign_like_a_firms_name_is_taken_back_where_its_shops_rows_name_another() -> None:
    """Two rows of one shop: one bears but the sign, the other its operator, who is not the firm's."""
    place = "罗湖区莲塘街道国威路7号3栋一楼"
    by_sign = {"sign": "恒兴服装店", "address": place, "phone": "13987654321"}
    operator = by_sign | {"extract": "tax", "person": "赵大勇", "licensing": "none"}
    done = night(FIRM, SHOP_FIRM, by_sign, operator)
    assert [entity for _, entity in done.outcome()] == [2, 2]
    assert done.ledger.counts["同店各行一并判断后收回的关联"] == 1
    alone = night(FIRM, SHOP_FIRM, by_sign)
    assert alone.outcome()[0][0] != "none" and alone.outcome()[0][1] in (1, -1)


def test_companies_of_different_full_names_at_one_place_are_not_one_shop() -> None:
    here = {"person": "吴阿美", "address": "罗湖区田贝四路63号2栋首层", "phone": "13612345671"}
    one, other = here | {"name": "深圳市旺发五金有限公司"}, here | {"name": "深圳市旺达五金有限公司"}
    done = night(FIRM, one, other, one | {"extract": "tax"})
    entities = [entity for _, entity in done.outcome()]
    assert entities[0] == entities[2] != entities[1]
    assert done.ledger.counts["聚类中拒绝的连接"] > 0


def test_rows_judged_to_be_apart_do_not_found_one_shop() -> None:
    judged = Judged((target(-1, (1,)),), {}, {(2, 0): DAY})
    done = night(FIRM, SHOP, SHOP | {"extract": "tax"}, judged=judged)
    assert done.outcome() == [("certain", 1), ("certain", 2)]


def registered_at(address: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "extract": "registry",
            "record_id": f"f{n}",
            "registration": f"4403031099999{n:02}",
            "address": address,
        }
        for n in range(count)
    ]


@pytest.mark.parametrize(("firms", "shared"), [(8, False), (9, True)])
def test_a_door_of_more_than_eight_firms_is_shared(firms: int, shared: bool) -> None:
    door = "罗湖区红宝路20号宝湖大厦504室"
    row, beside = (
        {"address": "红宝路20号宝湖大厦504"},
        {"extract": "tax", "address": "红宝路20号宝湖大厦505室"},
    )
    done = night(*registered_at(door, firms), row, beside, {"extract": "a"}, {"extract": "b"})
    levels = done.resolver.explain(ints(firms, firms + 1), ints(0, 0))
    assert levels.at(shipped_model(), "place", "shared").tolist() == [shared, shared]
    between = done.resolver.explain(ints(firms + 1, firms + 2), ints(firms + 1, firms + 3))
    assert not between.at(shipped_model(), "place", "shared").any(), "another door is not, nor is none"


def test_a_door_named_in_a_shared_registration_is_shared_whoever_names_it() -> None:
    secretary = "罗湖区红宝路20号宝湖大厦504室（入驻深圳市某商务秘书有限公司）"
    done = night(FIRM | {"address": secretary}, {"address": "红宝路20号宝湖大厦504"}, {"extract": "a"})
    found = done.resolver.explain(ints(1, 2), ints(1, 2)).at(shipped_model(), "place", "shared")
    assert found.tolist() == [True, False]


def test_a_firms_first_look_stands_for_it() -> None:
    done = night(FIRM, SHOP_FIRM, SHOP_FIRM | {"name": "恒兴服装行"}, BARE)
    assert done.firms.of_row.tolist() == [0, 1, 1]
    assert done.resolver.looks_of(ints(1, 0, 1)).tolist() == [1, 0, 1]
    assert done.resolver.model is shipped_model()


# What is told of the outcome.


def told(done: Night) -> dict[str, dict[str, Any]]:
    """The rows of `link_row` by record, ids being E0, E1 …"""
    linked = done.linked()
    ids = [f"E{n}" for n in range(linked.entities)]
    before = {"r2": "E0", "r3": "OLD"}
    rows = link_rows(done.parties, done.facets, done.words, linked, ids, before)
    return {row["record_id"]: row for row in rows.to_pylist()}


def test_every_row_has_its_enterprise_decision_probability_and_reason() -> None:
    done = night(
        FIRM, SHOP_FIRM, {"uscc": A, "name": "某某"}, {"name": "深圳市鑫泰五金有限公司", "person": "陈小明"},
        SHOP, SHOP | {"extract": "tax"}, STRANGER, BARE,
        {"name": "深圳市达源贸易有限公司", "address": "罗湖区文锦中路7号"},
        {"uscc": NOT_HELD, "name": "外地某某合作社"}, {"address": "罗湖区爱国路口", "sign": "茶"},
    )  # fmt: skip
    rows = told(done)
    said = {key: (row["enterprise_id"], row["decision"], row["basis"]) for key, row in rows.items()}
    assert said["f0"] == ("E0", "certain", wording.REGISTRY_ROW)
    assert said["r2"] == ("E0", "certain", "统一社会信用代码一致")
    assert said["r3"][:2] == ("E0", "certain") and said["r3"][2].startswith("字号相同、负责人一致")
    assert said["r4"] == said["r5"] == (said["r4"][0], "certain", wording.JOINS)
    assert said["r6"] == (None, "review", wording.DOUBTFUL_CODE)
    assert said["r7"] == (None, "none", wording.NO_TRADE)
    assert said["r8"][1:] == ("certain", wording.FOUNDS)
    assert said["r9"][1:] == ("certain", wording.FOUNDS_CODE)
    assert {row["probability"] for key, row in rows.items() if said[key][1] == "certain" and key != "r3"} == {
        1.0
    }
    assert rows["r7"]["probability"] == 0.0 and 0.99 <= rows["r3"]["probability"] < 1
    assert rows["r2"]["previous_enterprise_id"] is None, "it is the same"
    assert rows["r3"]["previous_enterprise_id"] == "OLD" and rows["r4"]["previous_enterprise_id"] is None


def test_entities_that_no_row_has_are_left_out_and_the_rest_keep_their_order() -> None:
    done = night(FIRM, SHOP_FIRM, SHOP, {"uscc": NOT_HELD, "name": "外地某某合作社"})
    linked = done.linked()
    assert sorted(linked.row_entity.tolist()) == [0, 1, 2, 3]
    assert linked.entities == 4 == len(linked.kind)
    states = entity_table(linked, ["E0", "E1", "E2", "E3"]).to_pylist()
    assert [row["state"] for row in states[:2]] == ["registered", "registered"]
    assert {row["state"] for row in states[2:]} == {"not_found", "valid_code_not_held"}
    kept = linked.renumber[linked.renumber >= 0].tolist()
    assert kept == [0, 1, 2, 3]
    assert linked.renumber[-1] == -1


def test_what_may_be_shown_of_a_row() -> None:
    rows = told(
        night(
            FIRM, {"name": "张伟"}, {"party": "赵大勇"}, {"party": "深圳市达源贸易有限公司"},
            {"sign": " 阿美发廊 "}, {"name": "恒兴服装店（赵六六）"}, {"name": "恒兴（总店）"},
            {"address": "罗湖区东湖路9号愉天商业大厦105室"}, {"address": "罗湖区东湖路9号"}, {},
        )
    )  # fmt: skip
    shown = {key: (row["name_shown"], row["sign_shown"], row["building"]) for key, row in rows.items()}
    assert shown["f0"] == ("深圳市鑫泰五金有限公司", None, None)
    assert shown["r1"] == shown["r2"] == (None, None, None), "a person's name is not shown"
    assert shown["r3"] == ("深圳市达源贸易有限公司", None, None)
    assert shown["r4"] == (None, "阿美发廊", None)
    assert shown["r5"] == ("恒兴服装店", None, None), "nor is an owner in brackets"
    assert shown["r6"][0] == "恒兴（总店）"
    assert shown["r7"] == (None, None, "愉天商业大厦")
    assert shown["r8"] == shown["r9"] == (None, None, None)


def test_codes_places_and_cells_of_a_row() -> None:
    row = {"uscc": A, "registration": "440303109999994", "house_code": "440303004", "street": "翠竹街道",
           "community": "水贝社区", "address": "罗湖区水贝二路29号鸿基大厦1716室"}  # fmt: skip
    rows = told(
        night(FIRM, row, {"address": "罗湖区红宝路20号宝湖大厦504室（入驻深圳市某商务秘书有限公司）"})
    )
    here = rows["r1"]
    assert (here["uscc_valid"], here["registration_valid"]) == (A, "440303109999994")
    assert (here["street"], here["street_basis"], here["community"]) == ("翠竹街道", "office", "水贝")
    assert (here["address"], here["house_code"]) == (row["address"], "440303004")
    assert here["premises_id"].startswith("P") and here["door"] > 0 and not here["shared_address"]
    assert rows["r2"]["shared_address"] and rows["r2"]["uscc_valid"] is None


def test_the_smallest_id_stands_for_a_profile() -> None:
    of, _, _ = read(
        {"record_id": "c", "profile": 0}, {"record_id": "a", "profile": 0}, {"record_id": "b", "profile": 1}
    )
    assert record_of_profile(of, [1, 0, 0]) == {0: "a", 1: "b"}
    assert record_of_profile(of, [1]) == {1: "b"}
    assert record_of_profile(of, []) == {}


TWINS = [
    {"extract": "registry", "record_id": f"f{n}", "registration": f"44030310999999{n}", "name": "恒兴服装店",
     "person": "李秀兰", "address": "罗湖区湖贝村12巷3号一楼"} for n in (2, 4)
]  # fmt: skip
BETWEEN = {"name": "恒兴服装店", "person": "李秀兰"}


def reviewed(done: Night, judged: Judged | None = None) -> list[tuple[str, str, float]]:
    linked = done.linked()
    ids = [f"E{n}" for n in range(linked.entities)]
    table = review_table(done.parties, linked, done.found, ids, done.resolver, judged or nothing_judged())
    return [(row["record_id"], row["enterprise_id"], row["probability"]) for row in table.to_pylist()]


def test_what_waits_for_a_clerk_stands_beside_each_firm_that_it_may_be() -> None:
    done = night(*TWINS, BETWEEN, BETWEEN | {"profile": 2, "record_id": "a"})
    assert done.outcome() == [("review", -1)]
    pairs = reviewed(done)
    assert [pair[:2] for pair in pairs] == [("a", "E0"), ("a", "E1"), ("r2", "E0"), ("r2", "E1")]
    assert [pair[2] for pair in pairs] == pytest.approx([0.5] * 4, abs=0.02)
    assert [pair[:2] for pair in reviewed(done, Judged((target(1),), {}, {(2, 0): DAY}))] == [
        ("a", "E0"),
        ("r2", "E0"),
    ]


def test_a_doubtful_code_points_to_its_firm_with_what_the_fields_are_worth() -> None:
    pairs = reviewed(night(FIRM, SHOP_FIRM, STRANGER))
    assert [pair[:2] for pair in pairs] == [("r2", "E0")]
    assert 0 <= pairs[0][2] <= 1


def test_every_field_is_told_of_a_pair_that_waits() -> None:
    done = night(*TWINS, BETWEEN)
    table = review_table(
        done.parties, done.linked(), done.found, ["E0", "E1"], done.resolver, nothing_judged()
    )
    told_of = table["comparisons"].to_pylist()[0]
    assert len(told_of) == 1 + len(shipped_model().comparisons)
    assert told_of[0] == wording.PRIOR | {"weight": told_of[0]["weight"]} and told_of[0]["weight"] < 0
    assert {"field": "负责人", "value_class": "文字", "level": "一致"}.items() <= told_of[6].items()


def test_nothing_that_waits_is_no_pair() -> None:
    assert reviewed(night(FIRM, BARE)) == []


def test_comparisons_are_kept_of_current_rows_that_a_comparison_linked() -> None:
    row = {"name": "深圳市鑫泰五金有限公司", "person": "陈小明"}
    done = night(FIRM, row, {"uscc": A, "name": "某某"}, SHOP, row | {"profile": 1, "superseded": True})
    linked = done.linked()
    records, patterns = compared_tables(
        done.parties, linked, done.found, [f"E{n}" for n in range(linked.entities)], shipped_model()
    )
    (kept,) = records.to_pylist()
    assert (kept["record_id"], kept["enterprise_id"]) == ("r1", "E0")
    assert kept["probability"] == linked.probability[1]
    assert patterns["pattern"].to_pylist() == list(range(patterns.num_rows))
    comparisons = patterns["comparisons"].to_pylist()[kept["pattern"]]
    assert {"字号", "负责人"} <= {one["field"] for one in comparisons}
    assert all(one["level"] != "无可比内容" for one in comparisons)
