"""The dirt corpus: what departments really send, and what must come of it (`dirt/*.yml`)."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.declaration import Source, load_source
from pipeline.settings import PROJECT_ROOT
from tests.ingest.dirt_case import Case, Line, load_cases, persons

CASES = load_cases()
SHORT_OF = 120


@cache
def source_of(extract: str) -> Source:
    return load_source(PROJECT_ROOT / "sources" / extract)


def file_of(case: Case) -> str:
    """A name that is the case's own: cases of one extract lie in one inbox."""
    return f"{CASES.index(case):03d}{case.made.file}"


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, new_place: Any) -> Iterator[Any]:
    """Night by extract, or by case where a case stands alone; each is run when first asked for."""

    @cache
    def night(extract: str, alone: str | None) -> Any:
        place = new_place(tmp_path_factory.mktemp("dirt"))
        place.accept = (extract,)
        for case in CASES:
            if case.extract == extract and (case.name if case.is_alone else None) == alone:
                place.put(extract, file_of(case), case.data(source_of(extract)))
        seen = place.night(extract)
        return Answers(place.root, extract, seen)

    yield night
    night.cache_clear()


class Answers:
    """What a night made of the files of one extract, by file."""

    def __init__(self, root: Path, extract: str, seen: Any) -> None:
        self.status = {row["file"]: row for row in seen.status()}
        self.facts = {row["file"]: row for row in seen.rows("SELECT * FROM inbox_file")}
        self.rejected = seen.rejected()
        self.staged = seen.staged(extract)

    def rows(self, file: str) -> list[dict[str, Any]]:
        return [row for row in self.staged if row["file"] == file]

    def lines(self, file: str, scope: str) -> list[dict[str, Any]]:
        found = [row for row in self.rejected if row["file"] == file and row["scope"] == scope]
        return sorted(found, key=lambda row: (row["row"], row["column"] or ""))


def as_text(value: Any) -> str | None:
    """A staged value as a case writes it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, float):
        return f"{value:.10g}" if abs(value) < 1e10 else repr(value).removesuffix(".0")
    if isinstance(value, date):
        return value.isoformat()
    return "ID#" if str(value).startswith("ID#") else str(value)


def check_lines(found: list[dict[str, Any]], expected: tuple[Line, ...]) -> None:
    wanted = sorted(expected, key=lambda line: (line.row, line.column or ""))
    assert [(row["row"], row["column"]) for row in found] == [(line.row, line.column) for line in wanted]
    for row, line in zip(found, wanted, strict=True):
        assert line.reason in row["reason"]
        assert line.value is None or row["value"] == line.value


PARAMETERS = [pytest.param(case, id=case.name.replace(" ", "-")) for case in CASES]


@pytest.mark.parametrize("case", PARAMETERS)
def test_dirt(nights: Any, case: Case) -> None:
    file = file_of(case)
    night = nights(case.extract, case.name if case.is_alone else None)
    status, expect = night.status[file], case.expect
    told = night.lines(file, "row") + night.lines(file, "cell")
    assert status["state"] == expect.state, f"{status['reason']} {told}"
    if expect.refusal is not None:
        assert expect.refusal in status["reason"]
        assert (status["accepted"], status["rows"]) == (0, expect.counted or 0)
        return
    found = [
        {name: as_text(row[name]) for name in wanted}
        for row, wanted in zip(night.rows(file), [*expect.rows, *[{}] * 1000], strict=False)
    ]
    assert found == list(expect.rows), told
    check_lines(night.lines(file, "row"), expect.rejected)
    check_lines(night.lines(file, "cell"), expect.nulled)
    counts = (status["accepted"], status["rejected"], status["not_data"])
    assert counts == (len(expect.rows), len(expect.rejected), expect.not_data)
    assert status["rows"] == sum(counts)
    assert status["nulled_cells"] == len(expect.nulled)
    facts = {name: as_text(night.facts[file][name]) for name in expect.facts}
    assert facts == expect.facts
    stored = repr((night.rows(file), told, status))
    assert not [name for name, number in persons().items() if number in stored and f"«{name}»" in repr(case)]


def test_the_corpus_is_whole() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) >= SHORT_OF
    assert all(len(case.why) >= 20 for case in CASES)
