"""A small place for scoring: empty tables from the declarations, filled a few rows at a time."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.declaration import Source, load_sources
from pipeline.night import Night
from pipeline.score import ScoreSummary, run
from pipeline.score.compose import SQL_TYPES, quoted
from pipeline.score.model import Rule
from pipeline.score.rulebook import load_rules
from pipeline.settings import PROJECT_ROOT, Settings

AS_OF = date(2017, 3, 31)
_ENTERPRISE = (
    "enterprise_id VARCHAR, name VARCHAR, sign_name VARCHAR, uscc VARCHAR, registration_no VARCHAR, "
    "registration_state VARCHAR, entity_type VARCHAR, status VARCHAR, status_on DATE, industry_code VARCHAR, "
    "street VARCHAR, extract_count BIGINT"
)
_RECORD_LINK = (
    'extract VARCHAR, file VARCHAR, "row" BIGINT, record_id VARCHAR, enterprise_id VARCHAR, '
    "decision VARCHAR, probability DOUBLE, basis VARCHAR, superseded BOOLEAN"
)
_STATUS = "extract VARCHAR, sender VARCHAR, file VARCHAR, state VARCHAR, extract_date DATE"


@cache
def _rules_once(folder: Path) -> tuple[Rule, ...]:
    """Rule files are read once a test run: the project's own do not change meanwhile."""
    return load_rules(folder)


class Place:
    """A night's database that a test fills with rows and then scores."""

    def __init__(self, night: Night, sources: dict[str, Source]) -> None:
        self._night = night
        self._waiting: list[tuple[str, dict[str, Any]]] = []
        self.sources = sources
        self.rows = 0
        self.stale: set[str] = set()
        self.files = {"a_20170331.csv"}
        self.rules: tuple[Rule, ...] | None = None
        night.folder.mkdir(parents=True)
        with night.connect() as con:
            self._create(con)

    def _create(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"CREATE TABLE enterprise ({_ENTERPRISE})")
        con.execute(f"CREATE TABLE record_link ({_RECORD_LINK})")
        con.execute(f"CREATE TABLE extract_status ({_STATUS})")
        con.execute("CREATE TABLE record_premises (record_id VARCHAR, premises_id VARCHAR)")
        for source in self.sources.values():
            columns = ["record_id VARCHAR, extract VARCHAR, file VARCHAR", '"row" BIGINT, extract_date DATE']
            columns.append("superseded BOOLEAN")
            for name, column in source.columns.items():
                columns.append(f"{quoted(name)} {'VARCHAR[]' if column.list else SQL_TYPES[column.type]}")
                if column.type == "period":
                    columns.append(f"{name}_start DATE, {name}_end DATE")
            con.execute(f"CREATE TABLE stg_{source.extract} ({', '.join(columns)})")

    @property
    def night(self) -> Night:
        """The night, all rows in its database; until then they wait, for opening it is what costs."""
        if self._waiting:
            with self._night.connect() as con:
                for table, values in self._waiting:
                    _insert(con, table, values)
            self._waiting.clear()
        return self._night

    def firm(self, enterprise_id: str, **values: Any) -> str:
        """Adds an enterprise; unregistered unless told."""
        values = {
            "name": f"{enterprise_id}商行",
            "registration_state": "not_found",
            "street": "东门街道",
        } | values
        firm = {"enterprise_id": enterprise_id, "extract_count": 1, **values}
        self._waiting.append(("enterprise", firm))
        return enterprise_id

    def row(
        self,
        extract: str,
        enterprise_id: str | None,
        *,
        probability: float = 1.0,
        decision: str = "certain",
        premises: str | None = None,
        number: int | None = None,
        file: str = "a_20170331.csv",
        **values: Any,
    ) -> int:
        """Adds a staged row and its link; returns its row number, the next one unless told."""
        self.rows += 1
        self.files.add(file)
        row = number or self.rows
        place = {"record_id": f"{extract}:{file}:{row}", "extract": extract, "file": file, "row": row}
        staged = {**place, "extract_date": AS_OF, "superseded": False, **values}
        self._waiting.append((f"stg_{extract}", staged))
        link = {**place, "decision": decision, "probability": probability, "superseded": False}
        self._waiting.append(("record_link", link | {"enterprise_id": enterprise_id, "basis": "x"}))
        if premises:
            standing = {"record_id": place["record_id"], "premises_id": premises}
            self._waiting.append(("record_premises", standing))
        return row

    def answer(self, enterprise_id: str, result: str, checked_on: date) -> None:
        """Adds what a street office answered about a firm."""
        self.rows += 1
        values = {"enterprise_id": enterprise_id, "result": result, "checked_on": checked_on}
        values |= {"record_id": f"street_returns:{self.rows}", "extract": "street_returns"}
        values |= {"file": "r_20170331.csv", "row": self.rows, "extract_date": AS_OF, "superseded": False}
        self._waiting.append(("stg_street_returns", values))

    def score(self) -> ScoreSummary:
        """Scores the place, by the rules of its folder unless others are put in."""
        with self.night.connect() as con:
            con.execute("DELETE FROM extract_status")
            for name, file in ((name, file) for name in self.sources for file in sorted(self.files)):
                state = "stale" if name in self.stale else "fresh"
                status = {"extract": name, "file": file, "state": state, "extract_date": AS_OF}
                _insert(con, "extract_status", status)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.score.load_rules", lambda folder, _: self.rules or _rules_once(folder))
            return run(self.night, self.sources)

    def published(self, path: Path) -> Path:
        """A warehouse with the views that rescoring looks at."""
        with duckdb.connect(str(path)) as con:
            con.execute(f"ATTACH '{self.night.database}' AS night (READ_ONLY)")
            for name in ("enterprise", "record_link", "extract_status", "risk", "enterprise_alias"):
                con.execute(f"CREATE TABLE {name} AS FROM night.{name}")
            con.execute("CREATE TABLE feature AS SELECT * EXCLUDE (detail) FROM night.feature")
            con.execute(
                "CREATE TABLE street_return AS SELECT * EXCLUDE (superseded) FROM night.stg_street_returns"
            )
            for name, source in self.sources.items():
                if source.identifies:
                    con.execute(
                        f"CREATE TABLE source_{name} AS "
                        f"SELECT * EXCLUDE (probability) FROM night.linked_{name}"
                    )
        return path

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query, as dicts."""
        with self.night.connect() as con:
            return con.execute(query).to_arrow_table().to_pylist()

    def outcome(self, enterprise_id: str, rule_id: str) -> str:
        """One rule's outcome for one firm."""
        where = f"enterprise_id = '{enterprise_id}' AND rule_id = '{rule_id}'"
        (row,) = self.ask(f"SELECT outcome FROM rule_outcome WHERE {where}")
        return str(row["outcome"])

    def risk(self, enterprise_id: str) -> dict[str, Any] | None:
        """One firm's line of the ranking; None if it has no evidence."""
        rows = self.ask(f"SELECT * FROM risk WHERE enterprise_id = '{enterprise_id}'")
        return rows[0] if rows else None


def _insert(con: duckdb.DuckDBPyConnection, table: str, values: dict[str, Any]) -> None:
    names = ", ".join(quoted(name) for name in values)
    con.execute(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())
    )


@pytest.fixture(scope="session")
def sources() -> dict[str, Source]:
    """The project's declarations."""
    return load_sources(PROJECT_ROOT / "sources")


@pytest.fixture
def make_place(tmp_path: Path, sources: dict[str, Source]) -> Iterator[Callable[..., Place]]:
    """Makes places; settings may be changed by keyword."""
    made = 0

    def make(**changes: Any) -> Place:
        nonlocal made
        made += 1
        home = tmp_path / f"place{made}"
        values: dict[str, Any] = {
            "inbox": home / "inbox",
            "warehouse": home / "warehouse.duckdb",
            "out": home / "out",
            "restricted": home / "restricted",
            "as_of": AS_OF,
            "threads": 1,
        }
        return Place(Night(Settings(**(values | changes)), "run", "2017-04-01T00:00:00Z", "test"), sources)

    yield make


@pytest.fixture
def place(make_place: Callable[..., Place]) -> Place:
    """One empty place."""
    return make_place()
