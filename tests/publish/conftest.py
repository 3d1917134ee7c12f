"""A tiny night made by hand: what the other rooms would have left in night.duckdb."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import publish
from pipeline.declaration import Source, load_sources
from pipeline.night import Night
from pipeline.publish import PublishSummary
from pipeline.publish.database.inputs import inputs, staged_columns
from pipeline.settings import PROJECT_ROOT, Settings
from tests.publish.browser import Browser, chromium
from tests.publish.few_rows import (
    AS_OF,
    DIGIT_CODE,
    Firm,
    Rows,
    default_firms,
    fill,
    staged,
    tables,
)

END = datetime(2017, 4, 1, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def sources() -> dict[str, Source]:
    return load_sources(PROJECT_ROOT / "sources")


@dataclass
class Place:
    """A place where nights are published; `publish` builds one by hand and publishes it."""

    settings: Settings
    sources: dict[str, Source]

    def night(
        self,
        run_id: str = "run1",
        as_of: date = AS_OF,
        firms: Sequence[Firm] | None = None,
        change: Callable[[Rows], None] = lambda rows: None,
    ) -> Night:
        night = Night(replace(self.settings, as_of=as_of), run_id, f"{as_of}T02:00:00+00:00", "0.0+test")
        night.folder.mkdir(parents=True)
        firms = default_firms() if firms is None else firms
        rows = tables(firms, as_of)
        change(rows)
        with night.connect() as con:
            for table, columns in inputs().items():
                if table != "history_kept":
                    fill(con, table, [(item.column, item.type) for item in columns], rows[table])
            for extract, items in staged(self.sources, firms, as_of).items():
                fill(con, f"stg_{extract}", staged_columns(self.sources[extract]), items)
        return night

    def publish(self, run_id: str = "run1", **kwargs: Any) -> PublishSummary:
        return self.finish(self.night(run_id, **kwargs))

    def finish(self, night: Night) -> PublishSummary:
        return publish.run(night, self.sources, clock=lambda: END)

    firm = Firm

    @property
    def today(self) -> Path:
        return self.settings.out / str(self.settings.as_of)


def new_place(folder: Path, sources: dict[str, Source]) -> Place:
    rules = folder / "rules"
    rules.mkdir()
    (rules / "rule.yml").write_text("id: rule_0\n")
    settings = Settings(
        inbox=folder / "inbox",
        warehouse=folder / "data" / "warehouse.duckdb",
        out=folder / "data" / "published",
        restricted=folder / "data" / "restricted",
        as_of=AS_OF,
        rules=rules,
    )
    return Place(settings, sources)


@pytest.fixture(scope="session", name="new_place")
def new_place_fixture() -> Callable[[Path, dict[str, Source]], Place]:
    """Makes a place of a test module's own."""
    return new_place


@pytest.fixture
def place(tmp_path: Path, sources: dict[str, Source]) -> Place:
    """A place where nothing was published yet."""
    return new_place(tmp_path, sources)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, sources: dict[str, Source]) -> Place:
    """A place with the tiny night published once; tests only read it."""
    place = new_place(tmp_path_factory.mktemp("made"), sources)
    place.publish()
    return place


HOSTILE = '<img src=x onerror=alert(1)>&"'
SECOND = date(2017, 4, 30)


def second_firms() -> list[Firm]:
    """What became of the tiny district's firms: E01 fell to C, E05 rose to D, E06 left, E07 is new."""
    return [
        Firm("E01", "深圳市金凤五金制品有限公司", "桂园街道", ("45.50",), "C", {"uscc": DIGIT_CODE}),
        Firm("E02", f"{HOSTILE}烧烤", "桂园街道", ("33.00",), "C"),
        Firm("E03", "罗湖区好味餐厅", "桂园街道", ("12.00",), "B", {"registration_state": "not_found"}),
        Firm("E05", f"@sum(A1)汽修店{HOSTILE}", "东门街道", ("41.10", "30.00"), "D"),
        Firm("E06", "无招牌场所（湖贝·1栋）", None),
        Firm("E07", f"深圳市安静科技{HOSTILE}有限公司", f"东门{HOSTILE}街道", ("34.00",), "C"),
    ]


@pytest.fixture(scope="session")
def second_night(made: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The place of `made` a month later, with a second night on it; tests only read it."""
    folder = tmp_path_factory.mktemp("second") / "place"
    shutil.copytree(made.settings.rules.parent, folder, symlinks=True)
    data = folder / "data"
    settings = replace(
        made.settings,
        warehouse=data / "warehouse.duckdb",
        out=data / "published",
        restricted=data / "restricted",
        rules=folder / "rules",
        as_of=SECOND,
    )
    place = Place(settings, made.sources)
    place.publish("run2", as_of=SECOND, firms=second_firms())
    return place


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without it or Playwright the test is skipped."""
    pytest.importorskip("playwright", reason="Playwright is not installed (requirements/dev.txt)")
    executable = chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium); none is downloaded")
    opened = Browser(executable)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def make_place(tmp_path_factory: pytest.TempPathFactory, sources: dict[str, Source]) -> Callable[[], Place]:
    """Makes a place where nothing was published yet, for tests that share what they publish in it."""
    return lambda: new_place(tmp_path_factory.mktemp("place"), sources)
