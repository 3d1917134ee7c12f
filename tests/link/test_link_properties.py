"""Whatever rows a night holds: their order, their files and copies of them change no other row's link."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import link
from pipeline.declaration import Source
from pipeline.night import Night

CODES = (
    "91440300MA9XXXX034",
    "92440300MA9XXXX11U",
    "93440300MA9XXXX2XG",
    "440303109999994",
    "91440300MA9XXXX035",
)
NAMES = (
    "深圳市鑫泰五金有限公司",
    "深圳市新太五金有限公司",
    "鑫泰五金",
    "深圳市鑫泰五金有限公司罗湖分公司",
    "深圳市鑫泰餐饮管理有限公司",
    "罗湖区恒兴服装店",
    "恒星服装店",
    "深圳市永盛电子科技有限公司",
    "阿美发廊",
    "罗湖区阿美理发店",
    "张伟",
)
SIGNS = ("阿美发廊", "阿美美发", "恒兴服装", "小胖烧烤", "鑫泰五金", "永盛手机维修")
PERSONS = ("陈小明", "李秀兰", "吴阿美", "张伟")
PHONES = ("13612345670", "13912345678", "0755-25123456")
PLACES = (
    "深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室",
    "红岭中路1010号1304",
    "罗湖区红岭中路1010号",
    "湖贝村12巷3号一楼",
    "深圳市罗湖区东门街道湖贝村12巷3号",
    "罗湖区翠竹街道田贝四路63号2栋首层",
    "田贝四路63号",
    "罗湖区田贝四路63号A座501(入驻某某商务秘书有限公司)",
)
MAY_BE = {
    "name": NAMES,
    "sign_name": SIGNS,
    "licence_name": NAMES,
    "legal_rep": PERSONS,
    "operator": PERSONS,
    "phone": PHONES,
    "address": PLACES,
    "uscc": CODES,
    "licence_no": CODES,
    "registration_no": CODES[3:],
    "taxpayer_id": ("440303MA9XXXX03", "440303109999994"),
    "social_insurance_no": ("SB778899", "SB112233"),
    "house_code": ("4403030030010000007",),
    "licensing": ("licensed", "none"),
    "former_names": (["深圳市旺发五金有限公司"], ["深圳市永盛电子有限公司"]),
    "status": ("active", "deregistered"),
    "trading": ("open", "closed"),
}
EXTRACTS = {
    "registry": (
        "uscc",
        "registration_no",
        "name",
        "former_names",
        "legal_rep",
        "address",
        "phone",
        "status",
    ),
    "grid": (
        "sign_name",
        "licence_name",
        "licence_no",
        "operator",
        "phone",
        "address",
        "house_code",
        "licensing",
        "trading",
    ),
    "tax": ("taxpayer_id", "name", "legal_rep", "address", "phone"),
    "employment": ("social_insurance_no", "uscc", "name", "address"),
    "labour_cases": ("uscc", "name", "legal_rep", "address", "phone"),
    "street_cases": ("name", "sign_name", "address"),
}
ALWAYS = {
    "registry": ("name", "address"),
    "grid": ("address",),
    "tax": ("name",),
    "employment": ("name",),
    "labour_cases": ("name",),
}
EXAMPLES = 6
SHOWN = ("enterprise_id", "decision", "probability", "basis", "superseded")
Rows = Mapping[str, list[dict[str, Any]]]
Links = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Drawn:
    """A night's rows, the same rows in another order and other files, and which row comes twice."""

    rows: Rows
    other: Rows
    twice: tuple[str, int]


@st.composite
def _row(draw: st.DrawFn, extract: str) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for column in EXTRACTS[extract]:
        word = st.sampled_from(MAY_BE[column])
        cells[column] = draw(word if column in ALWAYS.get(extract, ()) else st.none() | word)
    return cells


@st.composite
def _nights(draw: st.DrawFn) -> Drawn:
    rows: dict[str, list[dict[str, Any]]] = {}
    for extract in EXTRACTS:
        found = draw(st.lists(_row(extract), min_size=int(extract == "registry"), max_size=6))
        # A record's id says nothing of its place in the file.
        rows[extract] = [row | {"record_id": f"{extract}:{n:02d}"} for n, row in enumerate(found)]
    other = {}
    for extract, found in rows.items():
        order = draw(st.permutations(found))
        files = draw(st.lists(st.sampled_from("ab"), min_size=len(order), max_size=len(order)))
        other[extract] = [
            row | {"file": f"{extract}_{part}_20170301.csv"} for row, part in zip(order, files, strict=True)
        ]
    places = [(extract, n) for extract, found in rows.items() for n in range(len(found))]
    return Drawn(rows, other, draw(st.sampled_from(places)))


@given(drawn=_nights())
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_files_threads_and_copies_change_no_link(drawn: Drawn, linked: Callable[..., Links]) -> None:
    one = linked(drawn.rows)
    assert _changed(one, linked(drawn.other, threads=1)) == {}
    extract, at = drawn.twice
    copy = drawn.rows[extract][at] | {"record_id": f"{extract}:copy"}
    copied = linked({**drawn.rows, extract: [*drawn.rows[extract], copy]})
    twin = copied.pop(copy["record_id"])
    assert _changed(one, copied) == {}
    assert twin[:-1] == one[f"{extract}:{at:02d}"][:-1]


def _changed(one: Links, other: Links) -> dict[str, Any]:
    """What is said otherwise the second time, by record."""
    assert one.keys() == other.keys()
    return {record: (said, other[record]) for record, said in one.items() if said != other[record]}


@pytest.fixture
def linked(make_night: Callable[..., Night], sources: dict[str, Source]) -> Callable[..., Links]:
    """Links rows; tells what is said of each record."""
    used, number = {name: sources[name] for name in EXTRACTS}, count()

    def run(rows: Rows, threads: int = 2) -> Links:
        night = make_night(rows, run_id=f"night{next(number)}", threads=threads)
        link.run(night, used)
        with closing(night.connect()) as con:
            found = con.execute(f"SELECT record_id, {', '.join(SHOWN)} FROM record_link").fetchall()
            open_pairs = con.execute(
                "SELECT record_id, enterprise_id, probability FROM review_pair ORDER BY ALL"
            ).fetchall()
        night.discard()
        waiting = {record: [pair[1:] for pair in open_pairs if pair[0] == record] for record, *_ in found}
        return {record: (*shown, waiting[record]) for record, *shown in found}

    return run
