"""An empty record of Prefect, made when the environment is set up; a first night copies it.

Prefect makes its database by every change of its history, one after the other. That is two thirds of what its
server takes to start on an empty place, and the same each time. Without the empty record (an environment that
`make setup` did not make, another Prefect) the server makes it as ever.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

RECORD = "prefect.db"


def empty_record() -> Path:
    """Where this environment keeps the empty record of its Prefect."""
    return Path(sys.prefix) / "share" / "early-warning" / f"prefect-{version('prefect')}.db"


def make() -> Path:
    """Makes the empty record of this environment by Prefect's own command; no server is started.

    Returns:
        Where it lies.

    Raises:
        CalledProcessError: if Prefect cannot make it.
    """
    target = empty_record()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        told = {"PREFECT_HOME": folder, "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
        command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
        subprocess.run(command, env={**os.environ, **told}, check=True, stdout=subprocess.DEVNULL)
        whole = Path(folder) / "whole.db"
        with closing(sqlite3.connect(Path(folder) / RECORD)) as con:
            con.execute("VACUUM INTO ?", [os.fspath(whole)])
        whole.replace(target)
    return target


def lay(home: Path) -> None:
    """Lays the empty record into a home of Prefect that has none; it is there whole or not at all."""
    record, empty = home / RECORD, empty_record()
    if record.exists() or not empty.is_file():
        return
    handle, name = tempfile.mkstemp(dir=home, prefix=f"{RECORD}.")  # readable by its owner alone
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(empty.read_bytes())
        with suppress(
            OSError
        ):  # another process was sooner, or there are no links here: Prefect makes its own
            record.hardlink_to(half)
    finally:
        half.unlink()


if __name__ == "__main__":
    make()
