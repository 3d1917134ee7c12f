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


def test_what_is_not_seen_tonight_stays_as_it_was_known() -> None:
    assert Look(sign="甲").before(Look(sign="乙", registered_name="丙")) == Look("丙", "甲")
