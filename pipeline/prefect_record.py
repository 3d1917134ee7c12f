"""Prefect's record of runs, `prefect.db`: for looking at, so whatever is wrong with it stops no night."""

import fcntl
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

logger = logging.getLogger("early_warning")
RECORD = "prefect.db"


def start_on(home: Path, version: str, start: Callable[[], object]) -> None:
    """Starts a server on the record, one process at a time; sets aside what no server could start on.

    A server lays its tables out when it first starts, in many steps that are no single transaction: a record
    on which that was cut off can never be started on again. Which version of Prefect once stood on it whole
    is noted beside it.

    Args:
        home: Prefect's home.
        version: of Prefect.
        start: starts the server; raises if it does not stand.
    """
    note = home / f"{RECORD}.version"
    with (home / "starting.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if (home / RECORD).exists() and not (note.exists() and _can_be_read(home / RECORD)):
            _set_aside(home)
        if note.exists() and note.read_text(encoding="utf-8") != version:
            note.unlink()  # the other version lays its tables out anew
        start()
        note.write_text(version, encoding="utf-8")


def _can_be_read(record: Path) -> bool:
    try:
        with closing(sqlite3.connect(record)) as con:
            return bool(con.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True  # somebody has it open
    except sqlite3.DatabaseError:
        return False


def _set_aside(home: Path) -> None:
    logger.warning("%s is damaged or half made and was set aside; Prefect begins a new record", RECORD)
    for rest in ("-wal", "-shm"):
        (home / (RECORD + rest)).unlink(missing_ok=True)
    (home / RECORD).replace(home / f"{RECORD}.damaged")
