"""What was imported, in the restricted folder's `catalogue/`.

`<sha256>` is a file as it came; `imports.jsonl` is append-only, one line an import; `nights/<as-of>.json`
notes which import the nights of a day used. The newest published day and later ones see every import; an
earlier day sees what its own nights used, so that a past night is built again with the catalogue of its time.
"""

import hashlib
import json
import os
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import db
from pipeline.errors import ConfigError, RunError
from pipeline.journal import read_generations, read_journal
from pipeline.score.catalogue.model import NOT_LOADED, TITLE, Edition, Table
from pipeline.score.catalogue.reading import read_table

_MEND = "restore the restricted folder from its backup, or import the catalogue again"


def folder(restricted: Path) -> Path:
    """Where the catalogue is kept."""
    return restricted / "catalogue"


def editions(restricted: Path) -> list[Edition]:
    """Every import, in the order of importing.

    Raises:
        RunError: if a line of the journal is damaged.
    """
    path = folder(restricted) / "imports.jsonl"
    try:
        return [_edition(line) for line in read_journal(path)]
    except (ValueError, KeyError, TypeError):
        raise RunError("the list of imports is damaged", where=str(path), mend=_MEND) from None


def load(restricted: Path, edition: Edition) -> Table:
    """The table of an import.

    Raises:
        RunError: if its file is missing or not what was imported.
    """
    path = folder(restricted) / edition.sha256
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != edition.sha256:
        raise RunError(f"the catalogue {edition.file} is missing or damaged", where=str(path), mend=_MEND)
    return read_table(data, edition.file, edition.valid_from)


def add(
    restricted: Path,
    file: Path,
    *,
    edition: str,
    valid_from: date | None,
    valid_to: date | None,
    who: str,
    imported_at: str,
) -> tuple[Edition, Table, bool]:
    """Imports a catalogue file; what was imported before stays.

    Args:
        restricted: the restricted folder; made if it is not there.
        file: CSV or XLSX.
        edition: the edition's name, for example 2016.
        valid_from: first day in force; where not told, the last day of the year that the edition is named
            after (earlier it is not sure that it was in force).
        valid_to: last day in force.
        who: who imports it.
        imported_at: when, UTC, ISO 8601.

    Returns:
        The import, its table, and whether it is new: the same file as the same edition is known already.

    Raises:
        ConfigError: if the file or the dates cannot be used; nothing is kept then.
    """
    data = _bytes(file)
    first = valid_from or _year_end(edition)
    if valid_to and valid_to < first:
        raise ConfigError(
            f"the edition would end on {valid_to}, before its first day {first}",
            where="--valid-to",
            mend="name a later day",
        )
    table = read_table(data, file.name, first)
    known = editions(restricted)
    sha256 = hashlib.sha256(data).hexdigest()
    made = Edition(len(known) + 1, edition, sha256, file.name, first, valid_to, who, imported_at)
    last = next((one for one in reversed(known) if one.edition == edition), None)
    if last and last.said == made.said:
        return last, table, False
    _keep(restricted, made, data)
    return made, table, True


def choose(restricted: Path, as_of: date) -> tuple[Edition | None, str]:
    """The import that the nights of a day use, or why there is none.

    Of two imports of one edition the later holds; of several editions valid on the day, the one with the
    latest first day.
    """
    loaded = editions(restricted)
    noted = _noted(restricted, as_of)
    if noted is not None:
        sequence, absence = noted
        return next((one for one in loaded if one.sequence == sequence), None), absence
    latest = {one.edition: one for one in loaded}
    valid = [one for one in latest.values() if one.valid(as_of)]
    if valid:
        return max(valid, key=lambda one: (one.valid_from, one.sequence)), ""
    return None, f"{NOT_LOADED}：已导入的版本当日无效" if loaded else NOT_LOADED


def note_night(restricted: Path, as_of: date, used: Edition | None, absence: str) -> None:
    """Notes which import the nights of a day use, or 0 and why there is none."""
    path = folder(restricted) / "nights" / f"{as_of}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.{os.getpid()}")
    noted = {"import": used.sequence if used else 0, "absence": absence}
    building.write_text(json.dumps(noted, ensure_ascii=False) + "\n", encoding="utf-8")
    building.chmod(0o600)
    db.sync([building])
    building.replace(path)
    db.sync([path.parent])


def _noted(restricted: Path, as_of: date) -> tuple[int, str] | None:
    """The import that a past day's nights used, or 0 and why none; None for the newest day and new ones."""
    days = {str(entry.get("as_of")) for entry in read_generations(restricted)}
    if str(as_of) not in days or str(as_of) == max(days):
        return None
    path = folder(restricted) / "nights" / f"{as_of}.json"
    if not path.exists():
        return 0, NOT_LOADED
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        return int(noted["import"]), str(noted["absence"])
    except (ValueError, KeyError, TypeError):
        raise RunError("the note of a night is damaged", where=str(path), mend=_MEND) from None


def _edition(line: dict[str, Any]) -> Edition:
    days = {name: line[name] and date.fromisoformat(line[name]) for name in ("valid_from", "valid_to")}
    return Edition(**{**line, **days})


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise ConfigError(
            "the file cannot be read", where=str(file), mend="name a CSV or XLSX file"
        ) from None


def _year_end(edition: str) -> date:
    if edition[:4].isdigit() and 1990 <= int(edition[:4]) <= 2100:
        return date(int(edition[:4]), 12, 31)
    raise ConfigError(
        f"the edition {edition} names no year",
        where="--edition",
        mend="say from which day it is in force with --valid-from",
    )


def _keep(restricted: Path, made: Edition, data: bytes) -> None:
    """The file first, then its line; each is on the disk before the next."""
    restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder(restricted)
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / made.sha256
    building = path.with_name(f".{path.name}.{os.getpid()}")
    building.write_bytes(data)
    building.chmod(0o600)
    db.sync([building])
    building.replace(path)
    days = {"valid_from": str(made.valid_from), "valid_to": str(made.valid_to) if made.valid_to else None}
    line = json.dumps({**asdict(made), **days}, ensure_ascii=False, sort_keys=True) + "\n"
    journal = place / "imports.jsonl"
    opened = os.open(journal, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(opened, "r+b") as handle:
        content = handle.read()
        handle.seek(content.rfind(b"\n") + 1)  # a line that was cut off by a crash is no import
        handle.truncate()
        handle.write(line.encode("utf-8"))
        handle.flush()
        os.fsync(handle.fileno())
    db.sync([place])


def told(edition: Edition) -> str:
    """An import in a line for a terminal."""
    until = f"to {edition.valid_to}" if edition.valid_to else "on"
    in_force = f"in force from {edition.valid_from} {until}"
    return f"《{TITLE}》 edition {edition.edition}, {in_force}, sha256 {edition.sha256[:12]}"
