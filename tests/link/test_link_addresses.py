import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.texts.addresses import parse_address, read_community, read_street, road_key
from pipeline.link.texts.numerals import to_digits


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "深圳市罗湖区桂园街道大塘龙社区红岭中路1010号国际信托大厦13层1304室",
            ("桂园街道", "大塘龙", "红岭中路", "1010", "国际信托大厦", "", "13", ("4",)),
        ),
        ("爱国路九号金通大厦十一楼1109房", ("", "", "爱国路", "9", "金通大厦", "", "11", ("9",))),
        ("罗湖区湖贝村12巷3号首层", ("", "", "湖贝村12巷", "3", "", "", "1", ())),
        ("莲塘村八巷34号-1", ("", "", "莲塘村8巷", "34-1", "", "", "", ())),
        ("金湖路16号武警新花园7栋B101", ("", "", "金湖路", "16", "武警新花园", "7", "1", ("B101",))),
        ("红宝路139号蔡屋围金龙大厦2305室", ("", "", "红宝路", "139", "金龙大厦", "", "23", ("5",))),
        (
            "人民南路天安国际大厦A座1906室(仅限办公)",
            ("", "", "人民南路", "", "天安国际大厦", "A", "19", ("6",)),
        ),
    ],
)
def test_parts(address: str, expected: tuple[object, ...]) -> None:
    assert parse_address(address)[:8] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("水贝二路一街5号", "水贝2路1街5号"),
        ("春风路3007号桂都大厦１２０２室", "春风路3007號桂都大廈1202室"),
        ("深圳市罗湖区春风路3007号", "春风路3007号"),
        ("春风路3007号桂都大厦15层16号", "春风路3007号桂都大厦1516室"),
        ("坳下165号103", "坳下村165栋103室"),
        ("草埔72号-2首层", "草埔村72号之2一楼"),
        ("长岭117号106房", "长岭村117号106室"),
        ("翠竹布心工业区5栋708室", "翠竹街道布心工业区5栋708室"),
        ("莲塘坳下村19巷25号102", "莲塘街道坳下村19巷25号102"),
        ("南湖向西社区向西村5巷20号", "南湖街道向西社区向西村5巷20号"),
    ],
)
def test_spellings_of_one_place(one: str, other: str) -> None:
    assert parse_address(one) == parse_address(other)


def test_lists_of_rooms() -> None:
    assert parse_address("嘉宾路23号招商大厦713、715房").rooms == ("13", "15")


def test_shared_registration_addresses_are_marked() -> None:
    assert parse_address("翠竹北路75号2楼201室(入驻深圳市某某商务秘书有限公司)").shared
    assert not parse_address("翠竹北路75号2楼201室").shared


@pytest.mark.parametrize("text", ["笋岗", "笋岗街道", "笋岗街道办事处", "筍崗街道", "440303006"])
def test_street_columns(text: str) -> None:
    assert read_street(text) == "笋岗街道"


def test_streets_of_other_districts_are_nobodys() -> None:
    assert read_street("粤海街道") == ""


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("深圳市罗湖区东门街道红岭中路1号", "东门街道"),
        ("惠州市东门街道红岭中路1号", ""),  # another city's
        ("红岭中路1010号旁边东门街道", ""),  # too far behind to be the address's own
    ],
)
def test_a_street_office_stands_in_front_and_is_of_this_city(address: str, street: str) -> None:
    assert parse_address(address).street == street


def test_community_columns() -> None:
    assert read_community("湖贝社区工作站") == read_community("湖贝") == "湖贝"


@given(st.integers(1, 199))
def test_numerals(number: int) -> None:
    words = "零一二三四五六七八九"
    tens, ones = divmod(number % 100, 10)
    text = "一百" * (number >= 100)
    text += (words[tens] + "十" if tens else "零" * (number > 100 and ones > 0)) + (
        words[ones] if ones else ""
    )
    assert to_digits(text) == str(number)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("十", "10"),
        ("百", "100"),
        ("廿三", "23"),
        ("一百零五", "105"),
        ("二百一十", "210"),
        ("二〇一七", "2017"),
        ("之二A座", "之2|A座"),
        ("3一楼", "3|1楼"),
    ],
)
def test_numerals_as_addresses_write_them(text: str, digits: str) -> None:
    assert to_digits(text) == digits


@given(st.text(alphabet="深圳市罗湖区桂园街道路号栋楼层室房之一二十0129AB-、()大厦村巷 ", max_size=40))
def test_parsing_never_fails(text: str) -> None:
    assert parse_address(text) == parse_address(text + " ")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("罗湖区田心村南区十三巷17号103", "田心南区13巷17号103房"),
        ("罗湖区聚宝路3930号5铺", "罗湖区聚保路3930号5号铺"),
        ("罗湖区黄贝深南东路86号7号铺", "罗湖区深南东路86号7号商铺"),
        ("太白路196号-9号", "太白路196号9号商铺"),
        ("草埔村125栋", "草埔村125号"),
    ],
)
def test_one_place_written_two_ways(one: str, other: str) -> None:
    a, b = parse_address(one), parse_address(other)
    assert (road_key(a.road or a.building), a.number, a.rooms) == (
        road_key(b.road or b.building),
        b.number,
        b.rooms,
    )


def test_a_streets_name_in_a_roads_own_stays() -> None:
    assert parse_address("罗湖区笋岗东路12号").road == "笋岗东路"
    assert parse_address("罗湖区黄贝岭村87号105室")[4] == "黄贝岭村"


def test_a_new_village_keeps_its_word() -> None:
    assert parse_address("桂园新村3栋204").building == "桂园新村"


@pytest.mark.parametrize(
    ("address", "front"),
    [
        ("翠竹路5号笋岗街道", ("笋岗街道", "", "")),
        ("笋岗路5号深路3号", ("笋岗街道", "", "路5号深路")),
        ("5号花园胡同7号", ("", "", "5号花园胡同")),
    ],
)
def test_a_house_number_hides_no_street_or_road_behind_it(address: str, front: tuple[str, ...]) -> None:
    parts = parse_address(address)
    assert (parts.street, parts.community, parts.road) == front


def test_four_rooms_of_a_list_are_kept() -> None:
    rooms = parse_address("嘉宾路23号招商大厦701、702、703、704、705房").rooms
    assert len(rooms) == 4
