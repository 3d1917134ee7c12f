"""From rows to enterprises without a database: codes, fields and shops."""

from typing import Any

import pytest

from pipeline.link.decisions.standing import CODE_NOT_HELD, NOT_FOUND, REGISTERED
from pipeline.link.judgement.judging import Judged
from pipeline.link.model import shipped_model
from tests.link.by_hand import ints
from tests.link.resolved_by_hand import (
    BARE,
    DAY,
    FIRM,
    NOT_HELD,
    SHOP,
    SHOP_FIRM,
    STRANGER,
    A,
    B,
    night,
    target,
)

pytestmark = pytest.mark.usefixtures("small_tables")


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
