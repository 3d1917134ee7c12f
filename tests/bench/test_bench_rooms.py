"""Benchmarks: each group stands beside a floor measured in the same run, so that ratios can be read."""

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.csv as pacsv
import pytest

from pipeline import district, ingest, link, publish, score
from pipeline.declaration import Source, load_sources
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

AS_OF = date(2017, 3, 31)
SOURCES: dict[str, Source] = load_sources(PROJECT_ROOT / "sources")
TAX_ROWS = 100_000


def _settings(inbox: Path, place: Path) -> Settings:
    return Settings(
        inbox=inbox,
        warehouse=place / "warehouse.duckdb",
        out=place / "out",
        restricted=place / "restricted",
        as_of=AS_OF,
    )


@pytest.fixture(scope="module")
def tax_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One GB18030 file of the tax extract, with the columns' usual headers."""
    inbox = tmp_path_factory.mktemp("tax")
    (inbox / "tax").mkdir()
    header = ",".join(column.headers[0] for column in SOURCES["tax"].columns.values())
    lines = (
        f"440303{n:09d},深圳市样例{n}号贸易有限公司,罗湖区国家税务局,样例人,"
        f"深圳市罗湖区样例路{n % 900}号,25{n % 1000000:06d},正常,,2016Q4,{n * 7 % 99991}.50,{n % 977},0,B"
        for n in range(TAX_ROWS)
    )
    text = header + "\n" + "\n".join(lines) + "\n"
    (inbox / "tax" / "tax_20170320.csv").write_text(text, encoding="gb18030")
    return inbox


def _file(inbox: Path) -> Path:
    return inbox / "tax" / "tax_20170320.csv"


@pytest.mark.benchmark(group=f"read a GB18030 CSV of {TAX_ROWS:,} rows")
def test_pandas_read_csv(benchmark: Any, tax_inbox: Path) -> None:
    frame = benchmark(pd.read_csv, _file(tax_inbox), dtype=str, encoding="gb18030")
    assert len(frame) == TAX_ROWS


@pytest.mark.benchmark(group=f"read a GB18030 CSV of {TAX_ROWS:,} rows")
def test_pyarrow_csv_after_transcoding(benchmark: Any, tax_inbox: Path) -> None:
    def read() -> Any:
        text = _file(tax_inbox).read_bytes().decode("gb18030").encode()
        return pacsv.read_csv(io.BytesIO(text))

    assert benchmark(read).num_rows == TAX_ROWS


@pytest.mark.benchmark(group=f"read a GB18030 CSV of {TAX_ROWS:,} rows")
def test_ingest_typed_checked_archived(benchmark: Any, tax_inbox: Path, tmp_path: Path) -> None:
    settings = _settings(tax_inbox, tmp_path)

    def take_in() -> Any:
        shutil.rmtree(settings.restricted, ignore_errors=True)
        return ingest.extract(Night.begin(settings, datetime.now(UTC)), SOURCES["tax"])

    assert benchmark.pedantic(take_in, rounds=3, warmup_rounds=1).accepted == TAX_ROWS


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
