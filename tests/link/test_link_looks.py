import pytest

from pipeline.link.identification.looks import Look, Seen, is_moved, is_renamed


@pytest.mark.parametrize(
    ("had", "has", "renamed"),
    [
        ("深圳市鑫泰五金有限公司", "深圳市永盛五金有限公司", True),
        ("深圳市鑫泰五金有限公司", "深圳市鑫泰五金有限公司 ", False),
        ("", "罗湖区阿美发廊", False),
    ],
)
def test_a_firm_is_renamed_where_the_registry_says_so(had: str, has: str, renamed: bool) -> None:
    assert is_renamed(Look(registered_name=had, sign="甲"), Seen(Look(registered_name=has))) is renamed


@pytest.mark.parametrize(
    ("signs", "renamed"),
    [(("小胖烧烤",), True), (("阿美理发店",), False), (("小胖烧烤", "阿美发廊"), False), ((), False)],
)
def test_a_shop_is_renamed_where_no_visit_sees_its_sign(signs: tuple[str, ...], renamed: bool) -> None:
    assert is_renamed(Look(sign="阿美发廊"), Seen(Look(), signs)) is renamed


@pytest.mark.parametrize(
    ("had", "has", "moved"),
    [
        ("深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室", "红岭中路1010号1304", False),
        ("深圳市罗湖区红岭中路1010号", "深圳市罗湖区红岭中路1012号", True),
        ("罗湖区红岭中路1010号1304室", "罗湖区红岭中路1010号1506室", True),
        ("罗湖区红岭中路1010号1304室", "罗湖区红岭中路1010号", False),
        ("国际信托大厦1304室", "红岭中路1010号", False),
    ],
)
def test_only_another_place_is_a_move(had: str, has: str, moved: bool) -> None:
    assert is_moved(Look(registered_address=had), Seen(Look(registered_address=has))) is moved
    assert is_moved(Look(trading_address=had), Seen(places=(has,))) is moved
    assert not is_moved(Look(trading_address=had), Seen(places=(has, had)))


@pytest.mark.parametrize(
    ("had", "has", "moved"),
    [
        ("国际信托大厦1304室", "文锦广场1304室", True),
        ("国际信托大厦1304室", "国际信托大厦1305室", True),
        ("国际信托大厦1304室", "国际信托大厦", False),
        ("国际信托大厦13层", "国际信托大厦15层", True),
        ("红岭中路1010号2栋", "红岭中路1010号3栋", True),
        ("红岭中路1010号", "文锦中路1010号", True),
        ("红岭中路", "文锦中路1012号", False),  # too little to tell
    ],
)
def test_another_building_floor_or_room_is_another_place(had: str, has: str, moved: bool) -> None:
    assert is_moved(Look(registered_address=had), Seen(Look(registered_address=has))) is moved


@pytest.mark.parametrize(
    "look", [Look(registered_address="红岭中路1010号"), Look(trading_address="红岭中路1010号"), Look()]
)
def test_what_is_known_of_one_night_only_is_no_move(look: Look) -> None:
    assert not is_moved(Look(), Seen(look, places=("文锦中路3号",)))
    assert not is_moved(look, Seen())
