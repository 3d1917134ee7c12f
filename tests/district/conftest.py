"""A small district, made once for all its tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import district
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
FIRMS = 400


@dataclass(frozen=True)
class Made:
    """A generated district and a connection with its truth as `records` and `entities`."""

    folder: Path
    summary: district.GenerateSummary
    con: duckdb.DuckDBPyConnection

    def one(self, query: str) -> tuple:
        return self.con.execute(query).fetchall()[0]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("district")
    summary = district.generate(FIRMS, 5, AS_OF, folder, PROJECT_ROOT / "sources")
    con = duckdb.connect()
    for name in ("records", "entities"):
        con.execute(f"CREATE VIEW {name} AS FROM '{folder}/truth/{name}.parquet'")
    yield Made(folder, summary, con)
    con.close()
