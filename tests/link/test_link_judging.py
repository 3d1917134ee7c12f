"""Judgements hold for registered and unregistered enterprises, against codes and chains, until withdrawn."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.declaration import Source
from pipeline.errors import ConfigError
from pipeline.link.judgement.judgements import in_force, read_judgements
from pipeline.night import Night
from tests.link.judged_district import NOT_HELD, PLACE, RECORDS, REGISTRY, ROWS, District


@pytest.fixture
def district(make_night: Callable[..., Night], sources: dict[str, Source]) -> District:
    return District(make_night, sources)


def test_a_record_joins_an_unregistered_enterprise_and_leaves_it_again(district: District) -> None:
    first = district.night()
    shop, flowers = first["grid:1"][0], first["street_cases:3"][0]
    assert shop and flowers and shop != flowers
    district.judge("street_cases:3", shop, "same")
    second = district.night()
    assert second["street_cases:3"][:2] == (shop, "certain")
    assert second["street_cases:3"][2] == "人工认定为同一主体（2017-04-01）"
    assert district.corrected == [("same", "street_cases:3", True, True, f"由{flowers}改归该主体", shop)]
    assert not district.attention
    district.judge("street_cases:3", shop, "withdrawn")
    assert district.night() == first
    assert district.corrected == [("same", "street_cases:3", False, False, f"已撤回，现归{flowers}", shop)]


def test_a_record_stays_out_of_a_shop_also_through_a_chain(district: District) -> None:
    first = district.night()
    shop = first["grid:1"][0]
    assert first["street_cases:1"][0] == first["street_cases:2"][0] == shop
    district.judge("street_cases:1", shop, "different")
    second = district.night()
    assert second["street_cases:1"][0] not in (None, shop)
    assert second["grid:1"][0] == shop
    assert "人工认定不是原候选主体" in second["street_cases:1"][2]
    third = district.night()
    assert third == second
    district.judge("street_cases:1", shop, "withdrawn")
    assert district.night() == first


@pytest.mark.parametrize("record", ["labour_cases:2", "employment:1", "employment:2"])
def test_a_judgement_goes_before_a_code_and_its_sisters(district: District, record: str) -> None:
    first = district.night()
    firm = first[record][0]
    assert firm in (first["registry:1"][0], first["registry:2"][0])
    district.judge(record, firm, "different")
    second = district.night()
    assert second[record][0] != firm
    assert (record, firm) not in district.pairs
    other = first["registry:2" if firm == first["registry:1"][0] else "registry:1"][0]
    district.judge(record, other, "same")
    assert district.night()[record][:2] == (other, "certain")


def test_a_code_that_the_registry_lacks_is_overridden_too(district: District) -> None:
    rows = {**ROWS, "operations": [{"uscc": NOT_HELD, "name": "某某合作社", "period": "2017Q1"}]}
    first = district.night(rows)
    firm = first["employment:3"][0]
    assert first["operations:1"][0] == firm
    district.judge("operations:1", firm, "different")
    second = district.night(rows)
    assert second["operations:1"][0] != firm
    assert second["employment:3"][0] == firm


def test_a_joined_record_follows_when_the_shop_registers(district: District) -> None:
    first = district.night()
    district.judge("street_cases:3", first["grid:1"][0], "same")
    newly = {"uscc": NOT_HELD, "name": "罗湖区阿美发廊", "legal_rep": "吴阿美", "address": PLACE}
    rows = {**ROWS, "registry": [*REGISTRY, newly], "employment": ROWS["employment"][:2]}
    found = district.night(rows)
    assert found["grid:1"][0] == found["registry:3"][0] == found["street_cases:3"][0] == first["grid:1"][0]


def test_a_judgement_without_its_record_or_firm_is_told(district: District) -> None:
    first = district.night()
    district.judge("street_cases:gone", first["grid:1"][0], "same")
    district.judge("street_cases:3", "E0000000000000", "same")
    district.judge("registry:2", first["registry:1"][0], "same")
    assert district.night() == first
    assert [row[3] for row in district.corrected] == [False] * 3
    assert len(district.attention) == 1
    assert "3条人工认定" in district.attention[0]
    assert "王核对" not in str(district.corrected) + str(district.attention)


def test_a_shop_known_by_the_judged_record_alone_goes_on(district: District) -> None:
    first = district.night()
    shop, flowers = first["grid:2"][0], first["street_cases:3"][0]
    district.judge("street_cases:3", shop, "same")
    district.judge("grid:1", first["grid:1"][0], "same")
    district.night()
    gone = {**ROWS, "grid": ROWS["grid"][:1]}
    found = district.night(gone)
    assert found["street_cases:3"][0] in (shop, flowers)
    assert found["street_cases:3"][1] == "certain"
    assert found["street_cases:1"][0] == found["grid:1"][0] == first["grid:1"][0]
    again = district.night(gone)
    assert again["street_cases:3"][0] == found["street_cases:3"][0]


def test_the_founding_record_of_a_shop_does_not_take_its_id_away(district: District) -> None:
    first = district.night()
    shop, other = first["grid:1"][0], first["employment:3"][0]
    district.judge("grid:1", other, "same")
    second = district.night()
    assert second["grid:1"][0] == second["employment:3"][0] == other
    assert second["street_cases:1"][0] == second["street_cases:2"][0] == shop
    district.judge("grid:1", other, "withdrawn")
    assert district.night() == first


def test_a_shop_does_not_follow_a_record_that_is_a_firm_and_not_the_shop(district: District) -> None:
    first = district.night()
    shop, firm = first["grid:1"][0], first["labour_cases:2"][0]
    district.judge("grid:1", shop, "different")
    district.judge("grid:1", firm, "same")
    for _ in range(2):
        second = district.night()
        assert all(row[3] for row in district.corrected)
        judged = {"grid:1": (firm, "certain", "人工认定为同一主体（2017-04-01）")}
        assert second == first | judged
    district.judge("grid:1", shop, "withdrawn")
    district.judge("grid:1", firm, "withdrawn")
    assert district.night() == first


def test_a_shop_that_followed_its_record_into_a_firm_comes_out_again(district: District) -> None:
    first = district.night()
    shop, firm = first["grid:1"][0], first["labour_cases:2"][0]
    district.judge("grid:1", firm, "same")
    merged = district.night()
    assert merged["street_cases:1"][0] == firm == merged["registry:2"][0]
    told = district.aliases, district.corrected
    assert (district.again(), district.aliases, district.corrected) == (merged, *told)
    district.judge("grid:1", firm, "withdrawn")
    district.judge("street_cases:3", shop, "same")
    found = district.night()
    assert found["street_cases:3"][0] == found["grid:1"][0] in (shop, first["street_cases:3"][0])
    assert found["registry:2"][0] == firm
    district.judge("street_cases:3", shop, "withdrawn")
    assert district.night() == first
    assert district.aliases == {}


def test_a_later_answer_on_another_enterprise_takes_a_merged_shop_out(district: District) -> None:
    first = district.night()
    district.judge("street_cases:2", first["labour_cases:1"][0], "same")
    assert district.night()["grid:1"][0] == first["labour_cases:1"][0]
    district.judge("street_cases:2", first["grid:1"][0], "same")
    assert {record: row[0] for record, row in district.night().items()} == {r: v[0] for r, v in first.items()}


@pytest.mark.parametrize("taken_back", [("grid:1", "street_cases:3"), ("street_cases:3", "grid:1")])
def test_three_that_two_judgements_merged_part_in_either_order(
    district: District, taken_back: tuple[str, str]
) -> None:
    first = district.night()
    into = {"street_cases:3": first["grid:1"][0], "grid:1": first["labour_cases:2"][0]}
    for record, firm in into.items():
        district.judge(record, firm, "same")
    merged = district.night()
    assert {merged[record][0] for record in (*into, "street_cases:1", "registry:2")} == {into["grid:1"]}
    assert set(district.aliases.values()) == {into["grid:1"]}
    district.judge(taken_back[0], into[taken_back[0]], "withdrawn")
    between = district.night()
    assert (between["street_cases:3"][0] == between["street_cases:1"][0]) == (taken_back[0] == "grid:1")
    assert (between["grid:1"][0] == into["grid:1"]) == (taken_back[0] != "grid:1")
    district.judge(taken_back[1], into[taken_back[1]], "withdrawn")
    assert district.night() == first
    assert district.aliases == {}


def test_a_record_cannot_be_parted_from_an_enterprise_that_is_itself(district: District) -> None:
    first = district.night()
    district.judge("street_cases:3", first["street_cases:3"][0], "different")
    assert district.night() == first
    assert district.corrected[0][3] is False


def test_unsure_changes_no_link(district: District) -> None:
    first = district.night()
    district.judge("street_cases:3", first["grid:1"][0], "unsure")
    assert district.night() == first
    assert district.corrected[0][:4] == ("unsure", "street_cases:3", True, True)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_withdrawing_a_correction_restores_what_was(
    make_night: Callable[..., Night],
    sources: dict[str, Source],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("place")
    district = District(lambda *a, **k: make_night(*a, folder=folder, **k), sources)
    before = district.night()
    firms = sorted({row[0] for row in before.values() if row[0]})
    answer = st.tuples(
        st.sampled_from(RECORDS), st.sampled_from(firms), st.sampled_from(["same", "different", "unsure"])
    )
    given_answers = data.draw(st.lists(answer, min_size=1, max_size=3, unique_by=lambda a: a[:2]))
    for one in given_answers:
        district.judge(*one)
    held = district.night()
    alone = len(given_answers) == 1
    for verdict, record, _, is_applied, _, firm in district.corrected:
        if is_applied and verdict != "unsure":
            assert (held[record][0] == firm) == (verdict == "same")
        is_all = sum(row[0] == firm for row in before.values()) == 1 and before[record][0] == firm
        assert is_applied or not alone or is_all
    for number, (record, firm, _) in enumerate(data.draw(st.permutations(given_answers))):
        if number == 1:
            district.night()
        district.judge(record, firm, "withdrawn")
    assert district.night() == before


def test_the_last_line_of_a_day_holds_and_a_broken_one_is_named(tmp_path: Path) -> None:
    line = '{"record_id": "r", "enterprise_id": "E", "verdict": "%s", "who": "w", "when": "%s", "why": "y"}\n'
    path = tmp_path / "links.jsonl"
    path.write_text(line % ("same", "2017-03-01") + line % ("different", "2017-03-01"), encoding="utf-8")
    given_all = read_judgements(tmp_path, {"E": ("F", date(2017, 1, 1))})
    assert [(one.judgement.verdict, one.state) for one in given_all] == [
        ("same", "replaced"),
        ("different", "in_force"),
    ]
    assert [one.pair for one in in_force(given_all)] == [("r", "E")]
    path.write_text(line % ("same", "2017-03-01") + line.replace('"E"', '"F"') % ("withdrawn", "2017-03-02"))
    [one] = read_judgements(tmp_path, {"E": ("F", date(2017, 3, 1))})
    assert one.state == "withdrawn", "an enterprise is named by what it is called now, too"
    assert [one.state for one in read_judgements(tmp_path)] == ["in_force"]
    for broken, word in (
        (line % ("same", "gestern"), "when"),
        ('{"record_id": ', "JSON"),
        (line % ("x", "2017-03-01"), "verdict"),
    ):
        path.write_text(line % ("same", "2017-03-01") + broken, encoding="utf-8")
        with pytest.raises(ConfigError, match=word) as problem:
            read_judgements(tmp_path)
        assert "links.jsonl:2" in problem.value.sentence()
