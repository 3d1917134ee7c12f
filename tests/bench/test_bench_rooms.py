"""The rooms in their order on a small district, in one run."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import district, ingest, link, publish, score
from pipeline.declaration import Source, load_sources
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

AS_OF = date(2017, 3, 31)
SOURCES: dict[str, Source] = load_sources(PROJECT_ROOT / "sources")


def _settings(inbox: Path, place: Path) -> Settings:
    return Settings(
        inbox=inbox,
        warehouse=place / "warehouse.duckdb",
        out=place / "out",
        restricted=place / "restricted",
        as_of=AS_OF,
    )


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A night on a district of 3,000 firms, under way; the rooms are benchmarked in their order."""
    folder = tmp_path_factory.mktemp("night")
    district.generate(3000, 3, AS_OF, folder, PROJECT_ROOT / "sources")
    under_way = Night.begin(_settings(folder / "inbox", folder), datetime.now(UTC))
    yield under_way
    under_way.discard()


def _ingest(under_way: Night) -> None:
    for source in SOURCES.values():
        ingest.extract(under_way, source)
    ingest.finish(under_way, SOURCES)


@pytest.mark.benchmark(group="the rooms, 3,000 firms")
@pytest.mark.parametrize("room", ["1 ingest", "2 link", "3 score"])
def test_room(benchmark: Any, night: Night, room: str) -> None:
    work = {
        "1 ingest": lambda: _ingest(night),
        "2 link": lambda: link.run(night, SOURCES),
        "3 score": lambda: score.run(night, SOURCES),
    }[room]
    benchmark.pedantic(work, rounds=3, warmup_rounds=1)


@pytest.mark.benchmark(group="the rooms, 3,000 firms")
def test_room_publish(benchmark: Any, night: Night) -> None:
    benchmark.pedantic(lambda: publish.run(night, SOURCES), rounds=1)
