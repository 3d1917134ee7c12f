"""A month of nights: who is who stays, what changed is listed, and the archive alone tells it again."""

import json
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import db, district, ingest, link, publish, score
from pipeline.declaration import Source, load_sources
from pipeline.night import Night, append_journal, one_at_a_time, read_journal
from pipeline.settings import PROJECT_ROOT, Settings
from tests.month import EXTRACTS, Month, start
from tests.month_events import live, make_old
from tests.test_rebuild import published

pytestmark = pytest.mark.xdist_group("month")

FIRMS, SEED, NIGHTS = 200, 7, 12


@dataclass
class Seen:
    """What a night said: enterprise of each row, and its list of changes."""

    ids: dict[tuple[str, str, int], str]
    changes: list[tuple[str, str, str | None]]
    state: bytes


@dataclass
class Past:
    """The nights of one place."""

    folder: Path
    sources: dict[str, Source]
    seen: list[Seen] = field(default_factory=list)

    def settings(self, as_of: date, inbox: Path, threads: int = 2) -> Settings:
        return Settings(
            inbox=inbox,
            warehouse=self.folder / "warehouse.duckdb",
            out=self.folder / "out",
            restricted=self.folder / "restricted",
            as_of=as_of,
            corrections=self.folder / "corrections",
            threads=threads,
        )

    def run(self, as_of: date, inbox: Path, *, whole: bool, threads: int = 2) -> Seen:
        """One night through the doors of the rooms; a night in between keeps its identities alone."""
        settings = self.settings(as_of, inbox, threads)
        with one_at_a_time(settings):
            night = Night.begin(settings, datetime.now(UTC))
            for source in self.sources.values():
                if whole or source.extract in EXTRACTS:
                    ingest.extract(night, source)
            ingest.finish(night, self.sources)
            link.run(night, self.sources)
            seen = _look(night)
            if whole:
                score.run(night, self.sources)
                publish.run(night, self.sources)
            else:
                _keep_identities(night)
            night.discard()
        return seen


def _look(night: Night) -> Seen:
    with night.connect() as con:
        links = con.execute(
            'SELECT extract, file, "row", enterprise_id FROM record_link '
            "WHERE enterprise_id IS NOT NULL AND NOT superseded ORDER BY ALL"
        ).fetchall()
        changes = con.execute(
            "SELECT enterprise_id, change, other_enterprise_id FROM identity_change ORDER BY ALL"
        ).fetchall()
        state = db.read_arrow(con, "SELECT * FROM identity_state ORDER BY ALL")
    return Seen(
        {(extract, file, row): name for extract, file, row, name in links},
        changes,
        str(state.to_pylist()).encode(),
    )


def _keep_identities(night: Night) -> None:
    """What publishing does for the nights to come, without lists: the state, and an entry in the journal."""
    restricted = night.settings.restricted
    last = read_journal(restricted / "journal.jsonl")[-1]
    inside = Path("generations") / night.run_id
    (restricted / inside).mkdir()
    with night.connect() as con:
        target = restricted / inside / "identity.parquet"
        con.execute(f"COPY (FROM identity_state ORDER BY ALL) TO '{target}' (FORMAT parquet)")
    for name in ("history", "runs"):
        shutil.copy(restricted / str(last[name]), restricted / inside / f"{name}.parquet")
    kept = {name: str(inside / f"{name}.parquet") for name in ("identity", "history", "runs")}
    entry = {"run_id": night.run_id, "as_of": str(night.settings.as_of), **kept}
    append_journal(restricted / "journal.jsonl", entry)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The month of a small district: its first night's rows are a generated district's."""
    folder = tmp_path_factory.mktemp("district")
    sources = load_sources(PROJECT_ROOT / "sources")
    district.generate(FIRMS, SEED, date(2017, 3, 31), folder, PROJECT_ROOT / "sources")
    past = Past(folder, sources)
    night = Night.begin(past.settings(date(2017, 3, 31), folder / "inbox"), datetime.now(UTC))
    for extract in EXTRACTS:
        ingest.extract(night, sources[extract])
    with night.connect() as con:
        truth = str(folder / "truth" / "records.parquet")
        staged = {
            extract: db.read_arrow(
                con,
                f"SELECT s.*, t.entity_id AS whose FROM stg_{extract} s JOIN read_parquet($truth) t "
                'USING (extract, file, "row") WHERE NOT superseded ORDER BY file, "row"',
                {"truth": truth},
            ).to_pylist()
            for extract in EXTRACTS
        }
    night.discard()
    made = start(sources, staged, SEED)
    make_old(made, 3)
    return made
