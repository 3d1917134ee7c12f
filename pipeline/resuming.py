"""What of a night is done: noted step by step, so that the next night goes on where one that died ended.

`done.jsonl` in the night's folder holds a line for each night that worked there, and one for steps that are
done: what each was given, as hashes, and the tables that stood then. A dead night is taken over whole
or not at all: where anything that a done step depends on has changed since, or is in doubt, the next night
starts clean. Publishing is no step: it is done whole, or anew.
"""

import hashlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from time import monotonic
from typing import Any, Concatenate, ParamSpec

import duckdb

from pipeline import audit, lock
from pipeline.errors import sentence_of
from pipeline.journal import append_journal, read_journal
from pipeline.night import PARTS, Night, code_version
from pipeline.settings import Settings

logger = logging.getLogger("early_warning")
WORTH_SECONDS = 5.0  # extracts that took less are noted with the next step
INGEST, LINK, SCORE, SUPPLY = "ingest ", "link", "score", "supply"
# Of the settings, what no table depends on; what folders hold is looked at itself.
BESIDE = (
    "warehouse", "out", "restricted", "corrections", "sources", "rules", "inbox", "memory_limit",
    "temp_directory", "threads", "random_check_share", "keep_generations", "anew", "engine", "master",
)  # fmt: skip
# Of the restricted folder, what nights write on their way, and what they do not read.
OWN = (
    "runs", "archive", "keys", "prefect", "night.lock", "audit.jsonl", "audit.head", "duty.jsonl",
    "duty.yml", "linking_models.jsonl", "catalogue/nights",
)  # fmt: skip
SEALED = ("generations",)  # never changed once published: size and time tell enough
Given = ParamSpec("Given")
Parts = dict[str, str]
Tables = dict[str, list[Any]]


@dataclass
class Steps:
    """The steps of a night: each is done once, by this night or by one that died before it.

    Attributes:
        night: the night.
        taken_over: the steps that a dead night had done.
    """

    night: Night
    taken_over: tuple[str, ...] = ()
    _is_noting: bool = True
    _noted_at: float = field(default_factory=monotonic)
    _always: Parts = field(default_factory=dict)
    _not_noted: dict[str, Parts] = field(default_factory=dict)

    def run(
        self,
        name: str,
        work: Callable[Concatenate[Night, Given], object],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> None:
        """Does a step, unless it is done, and notes it.

        Args:
            name: `ingest <extract>`, `supply`, `link` or `score`.
            work: the step; it has closed the night's database when it returns.
            given, named: what it is given beside the night.
        """
        if name in self.taken_over:
            return
        before = self._given(name)
        work(self.night, *given, **named)
        self._not_noted[name] = before | _made(self.night.settings, name)
        soon = name.startswith(INGEST) and monotonic() < self._noted_at + WORTH_SECONDS
        if self._is_noting and not soon:
            self._note()

    def _given(self, name: str) -> Parts:
        """What the step depends on, before it begins: what changes meanwhile makes the note worthless."""
        self._always = self._always or _always(self.night.settings)
        return self._always | _given(self.night.settings, name)

    def _note(self) -> None:
        try:
            with closing(self.night.connect()) as con:
                tables = _tables(con)
            _append(self.night, {"steps": self._not_noted, "tables": tables})
            self._not_noted, self._noted_at = {}, monotonic()
            shutil.rmtree(self.night.folder / PARTS, ignore_errors=True)
        except (OSError, duckdb.Error) as problem:  # the night itself may go on
            self._is_noting = False
            logger.warning("could not note what is done: %s", sentence_of(problem))


def begin(settings: Settings, started_at: datetime) -> Steps:
    """Begins a night: it takes over what one of the same day that died had done, or starts clean.

    Args:
        settings: what the run was asked; the caller holds the lock of the place.
        started_at: the moment of starting, in UTC.
    """
    left = None if settings.anew else lock.left_behind(settings)
    notes = _valid(settings, left) if left else []
    if left and not notes:
        lock.clear_runs(settings)
    night = Night.begin(settings, started_at, left if notes else None)
    if notes and not _restored(night, notes):
        shutil.rmtree(night.folder)
        night.folder.mkdir(mode=0o700)
        notes = []
    done = tuple(step for note in notes for step in note["steps"])
    if left and done:
        told = "resumed: %d steps, up to %s, were done by night %s, which did not end"
        logger.info(told, len(done), done[-1], left.name)
        _tell(night, left.name, len(done), started_at)
    steps = Steps(night, done)
    try:
        _append(night, {"run_id": night.run_id, "parts": _parts(night.folder)})
    except OSError:
        steps._is_noting = False
    return steps


def _append(night: Night, entry: dict[str, object]) -> None:
    path = night.folder / lock.DONE
    append_journal(path, entry)
    path.chmod(0o600)


def _tell(night: Night, before: str, steps: int, at: datetime) -> None:
    day = str(night.settings.as_of)
    try:
        audit.note(
            night.settings.restricted,
            "resumption", at, as_of=day, run_id=night.run_id, before=before, steps=steps,
        )  # fmt: skip
    except OSError as problem:
        logger.warning("could not note the resumption in the audit log: %s", sentence_of(problem))


def _valid(settings: Settings, left: Path) -> list[dict[str, Any]]:
    """The steps that a dead night had done; none where one of them is not to be relied on."""
    try:
        lines: list[dict[str, Any]] = read_journal(left / lock.DONE)
        notes = [line for line in lines if "steps" in line]
        runs = [line for line in lines if "run_id" in line]
        if not notes or (lines[-1] is runs[-1] and _parts(left) <= int(runs[-1]["parts"])):
            return []  # whoever took it over got no further: what stopped it may lie in it
        always = _always(settings)
        for step, noted in (item for note in notes for item in note["steps"].items()):
            stands = always | _given(settings, step) | _made(settings, step)
            changed = sorted(part for part, told in stands.items() if noted[part] != told)
            if changed:
                logger.info("a night that died is not resumed: %s changed since", ", ".join(changed))
                return []
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        logger.info("a night that died is not resumed: its notes cannot be read")
        return []
    return notes


def _restored(night: Night, notes: list[dict[str, Any]]) -> bool:
    """Takes away what a killed step left half made; whether all tables are then as they were noted."""
    _take_away(night.folder)
    try:
        with closing(night.connect()) as con:
            _drop_half_made(con, notes[-1]["tables"], [step for note in notes for step in note["steps"]])
            return bool(_tables(con) == notes[-1]["tables"])
    except (OSError, duckdb.Error) as problem:
        logger.info("a night that died is not resumed: %s", sentence_of(problem))
        return False


def _take_away(folder: Path) -> None:
    """Scratch files of the step that was under way, and what was spilled."""
    for path in folder.iterdir():
        if path.name in (lock.DONE, PARTS, "night.duckdb", "night.duckdb.wal"):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _drop_half_made(con: duckdb.DuckDBPyConnection, noted: Tables, done: list[str]) -> None:
    extracts = [name.removeprefix(INGEST) for name in done if name.startswith(INGEST)]
    for kind in ("VIEW", "TABLE"):  # views first: they stand on tables
        for name in sorted(_names(con, kind) - noted.keys()):
            con.execute(f'DROP {kind} "{name}"')
    for name in _names(con, "TABLE") & noted.keys():
        if name == "attention":  # only ever added to
            con.execute("DELETE FROM attention WHERE rowid >= $rows", {"rows": noted[name][0]})
        elif SUPPLY not in done and not name.startswith("stg_"):  # one table, rows of all extracts
            con.execute(f'DELETE FROM "{name}" WHERE NOT list_contains($done, extract)', {"done": extracts})


def _names(con: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    """Names of the tables, or of the views, of the night's database."""
    here = "database_name = current_database() AND NOT internal"
    listed = {"TABLE": "table_name FROM duckdb_tables()", "VIEW": "view_name FROM duckdb_views()"}[kind]
    return {str(row[0]) for row in con.execute(f"SELECT {listed} WHERE {here}").fetchall()}


def _tables(con: duckdb.DuckDBPyConnection) -> Tables:
    """Rows and columns of every table of the night's database, and of its views the columns."""
    found = con.execute(
        """SELECT table_name, list(column_name || ' ' || data_type ORDER BY column_index)
           FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
           GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    columns = {name: hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] for name, told in found}
    names = sorted(_names(con, "TABLE"))
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)
    rows = dict(con.execute(counts).fetchall()) if counts else {}
    return {name: [rows.get(name), told] for name, told in columns.items()}


def _always(settings: Settings) -> Parts:
    """What every step depends on."""
    asked = {name: value for name, value in settings.to_parameters().items() if name not in BESIDE}
    return {
        "the code": f"{code_version()} {_installed()}",
        "the settings": hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest(),
        "the sources": _contents(settings.sources),
    }


def _given(settings: Settings, step: str) -> Parts:
    """What a step reads beside the night's tables."""
    if step.startswith(INGEST):
        extract = step.removeprefix(INGEST)
        return {f"the inbox of {extract}": _contents(settings.inbox / extract)}
    if step == SUPPLY:
        return {"the inbox": _contents(settings.inbox, sealed=("",))}
    parts = {
        "what was kept": _contents(settings.restricted, OWN, SEALED),
        "the corrections": _contents(settings.corrections),
    }
    return parts | ({"the rules": _contents(settings.rules)} if step == SCORE else {})


def _made(settings: Settings, step: str) -> Parts:
    """What a step writes beside the night's tables, when it is done."""
    if step.startswith(INGEST):
        archive = Path("archive") / step.removeprefix(INGEST)
        named = {f"the {archive}": archive, "the keys": Path("keys")}
    else:
        named = {"the linking model": Path("linking_models.jsonl")} if step == LINK else {}
    return {name: _contents(settings.restricted / path, sealed=("",)) for name, path in named.items()}


def _parts(folder: Path) -> int:
    return sum(1 for _ in (folder / PARTS).glob("*"))


@cache
def _installed() -> str:
    """A hash of the versions of all that is installed."""
    names = sorted({f"{one.metadata['Name']} {one.version}" for one in distributions()})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def _contents(root: Path, leave_out: Iterable[str] = (), sealed: Iterable[str] = ()) -> str:
    """A hash of names and contents below a folder, or of a file; of names, sizes and times where sealed."""
    digest = hashlib.sha256()
    for path in _files(root, {root / name for name in leave_out}):
        found = path.lstat()
        name = str(path.relative_to(root))
        is_sealed = any(not start or name.startswith(f"{start}/") for start in sealed)
        told = f"{name}\0{found.st_mode}\0{found.st_size}\0{found.st_mtime_ns if is_sealed else ''}\0"
        digest.update(os.fsencode(told))
        if stat.S_ISREG(found.st_mode) and not is_sealed:
            with path.open("rb") as handle:
                digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()


def _files(root: Path, leave_out: set[Path]) -> Iterator[Path]:
    if root in leave_out or not os.path.lexists(root):
        return
    if root.is_symlink() or not root.is_dir():
        yield root
        return
    for path in sorted(root.iterdir()):
        yield from _files(path, leave_out)
