"""Where a firm trades: the street, community, address and grid number of an enterprise."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline import link
from pipeline.declaration import Source
from pipeline.night import Night

CODES = ["91440300MA9XXXX034", "92440300MA9XXXX11U", "93440300MA9XXXX2XG"]
SECRETARY = "深圳市罗湖区红宝路20号宝湖大厦504室（入驻深圳市某商务秘书有限公司）"
Rows = dict[str, list[dict[str, Any]]]
Place = dict[str, Any]


@pytest.fixture
def places(
    make_night: Callable[..., Night], sources: dict[str, Source]
) -> Callable[[Rows], dict[str, Place]]:
    """Links a small night; says of each record's enterprise where it trades."""

    def run(rows: Rows) -> dict[str, Place]:
        night = make_night(rows)
        link.run(night, sources)
        con = night.connect()
        found = con.execute(
            "SELECT l.record_id, e.street, e.community, e.address, e.grid_no, p.street AS premises_street "
            "FROM record_link l JOIN enterprise e USING (enterprise_id) "
            "LEFT JOIN record_premises USING (record_id) LEFT JOIN premises p USING (premises_id)"
        ).to_arrow_table()
        con.close()
        return {row.pop("record_id"): row for row in found.to_pylist()}

    return run


def firm(address: str, code: int = 0, **cells: Any) -> dict[str, Any]:
    name = ("深圳市鑫泰五金有限公司", "罗湖区恒兴服装店", "深圳市旺发印刷有限公司")[code]
    return {"uscc": CODES[code], "name": name, "address": address} | cells


def employed(address: str | None, code: int = 0) -> dict[str, Any]:
    return firm(address or "", code, month="2017-01") | {"address": address}


def shop(address: str, street: str = "翠竹街道", **cells: Any) -> dict[str, Any]:
    return {"grid_no": "G1", "street": street, "address": address, "trading": "open"} | cells


def mine(address: str, street: str, **cells: Any) -> dict[str, Any]:
    """A grid row that shows the first firm's licence."""
    return shop(address, street, licence_no=CODES[0], **cells)


def neighbours(address: str, street: str = "翠竹街道", count: int = 3, **cells: Any) -> list[dict[str, Any]]:
    signs = ("阿美发廊", "小胖烧烤", "老张修车", "好运来茶庄", "大洋网吧")
    return [shop(f"{address}{n}0{n}室", street, sign_name=signs[n], **cells) for n in range(count)]


def test_where_departments_see_the_firm_goes_before_where_it_is_registered(places: Any) -> None:
    rows = {
        "registry": [firm("深圳市罗湖区东门街道湖贝路9号", street="东门街道")],
        "tax": [firm("罗湖区东门街道湖贝路9号", taxpayer_id=CODES[0], period="2016Q4") | {"uscc": None}],
        "employment": [employed("罗湖区翠竹街道水贝社区水贝二路5号2楼")],
    }
    here = places(rows)["registry:1"]
    assert (here["street"], here["community"]) == ("翠竹街道", "水贝")
    assert here["address"] == "罗湖区翠竹街道水贝社区水贝二路5号2楼"


def test_officers_at_the_place_go_before_what_is_reported(places: Any) -> None:
    rows = {
        "registry": [firm("深圳市罗湖区东门街道湖贝路9号", street="东门街道")],
        "employment": [employed("罗湖区翠竹街道水贝社区水贝二路5号2楼")],
        "safety_inspections": [
            firm("罗湖区莲塘街道坳下社区国威路7号", document_no="1", inspected_on=date(2016, 9, 1))
        ],
    }
    assert places(rows)["registry:1"]["street"] == "莲塘街道"


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("罗湖区水贝二路29号鸿基大厦", "罗湖区水贝二路29号鸿基大厦1716室"),
        ("罗湖区水贝二路29号鸿基大厦", "鸿基大厦1716室"),
        ("罗湖区渔民村14巷3号", "罗湖区渔民村北区2巷8号"),
        ("罗湖区渔民村14巷3号", "罗湖区渔民旧村24栋"),
    ],
)
def test_others_tell_the_street_of_the_same_place(places: Any, known: str, asked: str) -> None:
    rows = {"registry": [firm(asked)], "grid": neighbours(known)}
    assert places(rows)["registry:1"]["street"] == "翠竹街道"


def test_a_house_code_tells_the_street_whatever_the_address(places: Any) -> None:
    house = {"house_code": "4403030040010100001"}
    rows = {
        "registry": [firm("深圳市罗湖区布心路")],
        "grid": neighbours("田贝四路63号", **house),
        "illegal_buildings": [
            {"building_no": "W1", "address": "某某小路边", "occupant": "深圳市鑫泰五金有限公司", **house}
        ],
    }
    found = places(rows)
    assert found["illegal_buildings:1"]["premises_street"] == "翠竹街道"
    assert found["registry:1"]["street"] == "翠竹街道"


def test_a_road_alone_tells_nothing_however_many_say_so(places: Any) -> None:
    road = [row for n in range(1, 9, 2) for row in neighbours(f"布心路{n}号", count=2)]
    assert places({"registry": [firm("罗湖区布心路4号")], "grid": road})["registry:1"]["street"] is None


def test_a_place_of_which_streets_are_said_tells_nothing(places: Any) -> None:
    torn = neighbours("水贝二路29号", "翠竹街道", 2) + neighbours("水贝二路29号", "东门街道", 4)[2:]
    assert places({"registry": [firm("罗湖区水贝二路29号9层")], "grid": torn})["registry:1"]["street"] is None


def test_one_firm_alone_teaches_no_place_without_an_offices_column(places: Any) -> None:
    months = [employed("罗湖区翠竹街道田贝四路63号") | {"month": f"2017-0{n}"} for n in (1, 2, 3)]
    rows = {
        "registry": [firm("罗湖区布心路4号"), firm("罗湖区田贝四路63号", 1)],
        "employment": months,
    }
    found = places(rows)
    assert (found["registry:1"]["street"], found["registry:2"]["street"]) == ("翠竹街道", None)
    rows["employment"] += [employed("罗湖区翠竹街道田贝四路63号", 2)]
    assert places(rows)["registry:2"]["street"] == "翠竹街道"


def test_an_old_street_in_an_address_gives_way_to_the_place(places: Any) -> None:
    rows = {
        "registry": [
            firm("罗湖区东门街道田贝四路63号2层"),
            firm("罗湖区桂园街道新秀社区延芳路8号", 1),
        ],
        "grid": neighbours("田贝四路63号"),
    }
    found = places(rows)
    assert found["registry:1"]["street"] == "翠竹街道"
    assert found["registry:2"]["street"] == "黄贝街道", (
        "the community is in another street than the word says"
    )


def test_an_addresss_word_alone_goes_before_the_registration_and_behind_a_known_place(places: Any) -> None:
    rows = {
        "registry": [firm("罗湖区湖贝路9号", street="东门街道")],
        "employment": [employed("罗湖区莲塘街道国威路7号")],
    }
    assert places(rows)["registry:1"]["street"] == "莲塘街道"
    rows["tax"] = [firm("罗湖区水贝社区水贝二路5号", taxpayer_id=CODES[0], period="2016Q4")]
    assert places(rows)["registry:1"]["street"] == "翠竹街道"


def test_a_namesake_building_gives_way_to_the_firms_own_rows_and_to_its_road(places: Any) -> None:
    rows = {
        "registry": [firm("罗湖区罗芳路95号锦湖中心1223室", street="黄贝街道"), firm("罗湖区凯利大厦9层", 1)],
        "tax": [firm("锦湖中心1223室", taxpayer_id=CODES[0], period="2016Q4")],
        "employment": [employed("罗湖区水贝一路凯利大厦1820室", 2)],
        "grid": neighbours("人民南路3号锦湖中心", "南湖街道") + neighbours("红宝路8号凯利大厦", "桂园街道"),
    }
    found = places(rows)
    assert found["tax:1"]["street"] == "黄贝街道"
    assert found["registry:2"]["street"] == "桂园街道", (
        "a building is known by its name where nothing else is said"
    )
    assert found["employment:1"]["street"] is None, "on another road stands another building"


def test_a_slip_in_another_departments_column_gives_way_to_the_place(places: Any) -> None:
    case = {"case_no": "1", "licence_no": CODES[0], "address": "田贝四路63号", "street": "南湖街道"}
    rows = {"registry": [firm("罗湖区布心路4号")], "street_cases": [case | {"opened_on": date(2017, 1, 5)}]}
    assert places(rows)["registry:1"]["street"] == "南湖街道"
    assert places(rows | {"grid": neighbours("田贝四路63号")})["registry:1"]["street"] == "翠竹街道"


def test_the_nights_own_rows_tell_a_communitys_street_before_the_reference(places: Any) -> None:
    grid = neighbours("田贝四路63号", "翠竹街道", community="新围社区") + neighbours(
        "文锦北路1号", "东晓街道", community="甲乙"
    )
    rows = {"registry": [firm("罗湖区新围社区爱国路7号"), firm("罗湖区甲乙社区爱国路8号", 1)], "grid": grid}
    found = places(rows)
    assert (found["registry:1"]["street"], found["registry:2"]["street"]) == ("翠竹街道", "东晓街道")
    assert places({"registry": rows["registry"]})["registry:1"]["street"] == "桂园街道"


def test_a_shared_registration_and_its_copies_say_nothing(places: Any) -> None:
    copy = employed("罗湖区红宝路20号宝湖大厦504室")
    rows = {"registry": [firm(SECRETARY, street="桂园街道")], "employment": [copy]}
    assert places(rows)["registry:1"]["street"] is None
    rows["permits"] = [firm("罗湖区红宝路20号宝湖大厦1203室", kind="食品经营许可证", permit_no="1")]
    rows["grid"] = neighbours("红宝路20号宝湖大厦", "桂园街道")
    here = places(rows)["registry:1"]
    assert here["street"] == "桂园街道" and here["address"].endswith("1203室")


def test_a_place_in_another_district_has_none_of_this_districts_streets(places: Any) -> None:
    away = "深圳市福田区深南中路29号鸿基大厦1716室"
    rows = {"registry": [firm("浙江省嘉兴市南湖街道中山路1号")], "employment": [employed(away)]}
    here = places(rows | {"grid": neighbours("水贝二路29号鸿基大厦")})["registry:1"]
    assert here["street"] is None and here["address"] is not None


def test_an_open_shop_goes_before_a_closed_one_however_new(places: Any) -> None:
    rows = {
        "registry": [firm("罗湖区湖贝路9号", street="东门街道")],
        "grid": [
            mine("水贝二路5号", "翠竹街道", grid_no="G7", community="水贝", inspected_on=date(2016, 5, 1)),
            mine("国威路7号", "莲塘街道", grid_no="G8", trading="closed", inspected_on=date(2017, 3, 1)),
        ],
    }
    here = places(rows)["registry:1"]
    assert here["premises_street"] == "东门街道"
    del here["premises_street"]
    assert here == {"street": "翠竹街道", "community": "水贝", "address": "水贝二路5号", "grid_no": "G7"}


def test_of_several_open_shops_the_newest_visit_counts(places: Any) -> None:
    visits = [("水贝二路5号", "翠竹街道", 2), ("国威路7号", "莲塘街道", 3), ("延芳路8号", "黄贝街道", 1)]
    rows = {
        "registry": [firm("罗湖区湖贝路9号", street="东门街道")],
        "grid": [mine(at, street, inspected_on=date(2017, month, 1)) for at, street, month in visits],
    }
    assert places(rows)["registry:1"]["street"] == "莲塘街道"


def test_closed_is_where_it_traded_and_moved_is_where_it_is_not(places: Any) -> None:
    rows = {"registry": [firm("罗湖区湖贝路9号", street="东门街道")]}
    gone = mine("水贝二路5号", "翠竹街道", trading="moved")
    shut = mine("水贝二路5号", "翠竹街道", trading="closed")
    assert places(rows | {"grid": [shut]})["registry:1"]["street"] == "翠竹街道"
    here = places(rows | {"grid": [gone]})["registry:1"]
    assert (here["street"], here["grid_no"]) == ("东门街道", None)


def test_a_slip_in_the_grids_column_is_its_offices_street(places: Any) -> None:
    rows = [shop(f"田贝四路{n}号", sign_name=f"第{n}家小吃店") for n in range(1, 60)]
    slip = mine("爱国路7号", "莲塘街道")
    found = places({"registry": [firm("罗湖区湖贝路9号", street="东门街道")], "grid": [*rows, slip]})
    assert found["registry:1"]["street"] == "翠竹街道"
    few = places({"registry": [firm("罗湖区湖贝路9号", street="东门街道")], "grid": [*rows[:9], slip]})
    assert few["registry:1"]["street"] == "莲塘街道"


def test_nobody_knows_is_null(places: Any) -> None:
    here = places({"registry": [firm("罗湖区无名小路")], "employment": [employed(None)]})["registry:1"]
    assert (here["street"], here["community"], here["grid_no"]) == (None, None, None)
    assert here["address"] == "罗湖区无名小路"
