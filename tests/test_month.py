"""A month of nights: who is who stays, what changed is listed, and the archive tells it again."""

import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline import db, district, ingest, link, publish, score
from pipeline.declaration import Source, load_sources
from pipeline.journal import append_journal, read_journal
from pipeline.lock import one_at_a_time
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings
from tests.month import EXTRACTS, OUTAGES, Month, start
from tests.month_events import live, make_old
from tests.test_rebuild import published

FIRMS, SEED = 200, 7
# Beside what was planted: a clerk corrected the one cell (a person, a phone) by which the rows of two files
# were one firm's, whose places differ. The name alone is left to tell them by, and that links nobody.
NOISE = 3
KINDS = ("created", "split", "closed")


@dataclass
class Seen:
    """What a night said: enterprise of each row, its list of changes, and its state for the next night.

    `waiting` are ids that rows had before and that a clerk is asked about tonight.
    """

    ids: dict[tuple[str, str, int], str]
    waiting: set[str]
    changes: list[tuple[str, str, str | None]]
    state: list[dict[str, object]]

    @property
    def standing(self) -> set[str]:
        """Ids that rows have, or may have again when a clerk has answered."""
        return set(self.ids.values()) | self.waiting


@dataclass
class Past:
    """The nights of one place."""

    folder: Path
    sources: dict[str, Source]
    seen: list[Seen] = field(default_factory=list)

    def settings(self, as_of: date, inbox: Path, threads: int = 1) -> Settings:
        return Settings(
            inbox=inbox,
            warehouse=self.folder / "warehouse.duckdb",
            out=self.folder / "out",
            restricted=self.folder / "restricted",
            as_of=as_of,
            corrections=self.folder / "corrections",
            threads=threads,
        )

    def run(self, as_of: date, inbox: Path, *, whole: bool, threads: int = 1) -> Seen:
        """One night through the doors of the rooms; a night in between keeps its identities alone."""
        settings = self.settings(as_of, inbox, threads)
        sources = {name: one for name, one in self.sources.items() if whole or name in EXTRACTS}
        with one_at_a_time(settings):
            night = Night.begin(settings, datetime.now(UTC))
            for source in sources.values():
                ingest.extract(night, source)
            ingest.finish(night, sources)
            link.run(night, sources)
            seen = _look(night)
            if whole:
                score.run(night, sources)
                publish.run(night, sources)
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
        waiting = con.execute(
            "SELECT DISTINCT previous_enterprise_id FROM record_link "
            "WHERE previous_enterprise_id IS NOT NULL AND decision = 'review' AND NOT superseded"
        ).fetchall()
        changes = con.execute(
            "SELECT enterprise_id, change, other_enterprise_id FROM identity_change ORDER BY ALL"
        ).fetchall()
        state = db.read_arrow(con, "SELECT * FROM identity_state ORDER BY ALL")
    return Seen(
        {(extract, file, row): name for extract, file, row, name in links},
        {name for (name,) in waiting},
        changes,
        state.to_pylist(),
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
    make_old(made, 7)
    return made


@pytest.fixture(scope="module")
def lived(month: Month, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Past:
    """The month as it was lived: every night an inbox with that night's files alone."""
    past = Past(tmp_path_factory.mktemp("lived"), month.sources)
    last = pytestconfig.getoption("nights") - 1
    for night in range(last + 1):
        inbox = past.folder / f"inbox{night}"
        if night:
            live(month, night)
        month.send(night, inbox)
        past.seen.append(past.run(month.day(night), inbox, whole=night in (0, last)))
    return past


def ids_of(month: Month, seen: Seen) -> dict[str, set[str]]:
    """Firm → the ids that its rows have."""
    found: dict[str, set[str]] = defaultdict(set)
    for place, name in seen.ids.items():
        found[month.whose[place]].add(name)
    return found


def firm_of(month: Month, past: Past) -> dict[str, str]:
    """Id → the firm that most of its rows, on all nights, are of."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for seen in past.seen:
        for place, name in seen.ids.items():
            told[name][month.whose[place]] += 1
    return {name: counter.most_common(1)[0][0] for name, counter in told.items()}


def test_what_changed_is_listed_on_its_night_and_little_else(month: Month, lived: Past) -> None:
    firm = firm_of(month, lived)
    listed = Counter(
        (night, firm[other if change == "merged" and other else name], change)
        for night, seen in enumerate(lived.seen)
        for name, change, other in seen.changes
    )
    planted = Counter(
        (one.night, one.whose, one.change) for one in month.planted if one.night < len(lived.seen)
    )
    assert not planted - listed
    beside = listed - planted
    assert {change for _, _, change in beside} <= {"created", "split", "merged"}, beside
    assert beside.total() <= NOISE, beside


def test_no_id_comes_or_goes_without_a_line_and_none_is_used_twice(month: Month, lived: Past) -> None:
    gone: set[str] = set()
    for earlier, seen in pairwise(lived.seen):
        before, now = earlier.standing, seen.standing
        said = {change: {name for name, kind, _ in seen.changes if kind == change} for change in KINDS}
        taken = {other for _, kind, other in seen.changes if kind == "merged"}
        assert now - before == said["created"] | said["split"]
        assert before - now == said["closed"] | taken
        gone |= before - now
        assert not gone & now
    for whose, names in ids_of(month, lived.seen[-1]).items():
        earlier_names = ids_of(month, lived.seen[0]).get(whose)
        assert whose == "" or earlier_names is None or earlier_names & names, whose


def test_firms_keep_their_ids_whatever_befalls_them(month: Month, lived: Past) -> None:
    kept = month.renumbered | month.registered
    kept |= {one.whose for one in month.planted if one.change in ("renamed", "moved")}
    assert month.renumbered and month.registered
    every = [ids_of(month, seen) for seen in lived.seen]
    for whose in sorted(kept):
        assert len({name for ids in every for name in ids.get(whose, ())}) == 1, whose


def test_departments_that_send_nothing_close_nothing(month: Month, lived: Past) -> None:
    assert any(one.change == "closed" for one in month.planted)
    for night in (night for night in OUTAGES if night < len(lived.seen)):
        assert not [line for line in lived.seen[night].changes if line[1] in ("closed", "split", "merged")]
        assert lived.seen[night - 1].standing <= lived.seen[night].standing


def test_the_last_night_on_another_thread_count_is_the_same_to_the_byte(month: Month, lived: Past) -> None:
    last = len(lived.seen) - 1
    as_of = month.day(last)
    before = published(lived.folder / "out" / str(as_of))
    seen = lived.run(as_of, lived.folder / f"inbox{last}", whole=True, threads=2)
    assert (seen.ids, seen.changes) == (lived.seen[-1].ids, lived.seen[-1].changes)
    assert differing(before, published(lived.folder / "out" / str(as_of))) == []


def test_the_archive_and_its_key_tell_the_month_again_to_the_byte(
    month: Month, lived: Past, tmp_path: Path
) -> None:
    replayed = Past(tmp_path, month.sources)
    for kept in ("archive", "keys"):
        shutil.copytree(lived.folder / "restricted" / kept, tmp_path / "restricted" / kept)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    last = len(lived.seen) - 1
    for night, was in enumerate(lived.seen):
        seen = replayed.run(month.day(night), inbox, whole=night in (0, last))
        assert seen == was, night
    day = str(month.day(last))
    before, again = (published(place.folder / "out" / day) for place in (lived, replayed))
    assert len(before) > 20
    assert differing(before, again) == []


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Names of the files that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
