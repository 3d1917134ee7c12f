"""How a night finds its Prefect server: one that the schedule keeps up, else one of its own.

Only the environment is set here, before Prefect is imported: no analytics, no call to the outside.
"""

import logging
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline import local_server, prefect_record
from pipeline.errors import RunError

logger = logging.getLogger("early_warning")
HOST = "127.0.0.1"
START_SECONDS = 300  # on a machine that has much else to do
FIRST_PORT, PORTS = 20_000, 10_000
# As Prefect begins a server of its own.
_OWN = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
_APP = "prefect.server.api.server:create_app"
_WATCHERS: "list[subprocess.Popen[bytes]]" = []  # kept, so that their pipes stay open to the end


@dataclass(frozen=True)
class Begun:
    """A server of this process's own that was begun; it may not answer yet."""

    port: int
    process: "subprocess.Popen[bytes]"


def prepare(restricted: Path, *, verbose: bool) -> None:
    """Sets Prefect's environment for this process: its home lies in the restricted folder.

    A server that the schedule keeps up for the same folder is used; without one, Prefect starts a
    server of its own that ends with the process.
    """
    home = restricted / "prefect"
    restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    os.environ.update(
        {
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_HOME": str(home.resolve()),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_SECONDS),
            "PREFECT_LOGGING_LEVEL": "INFO" if verbose else "CRITICAL",
            "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
            # Logs and artifacts of runs that are no longer recorded go too.
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,orphans",
            "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_CLI_COLORS": "false",
        }
    )
    os.environ.pop("PREFECT_API_URL", None)
    url = local_server.address(home)
    if url and local_server.is_healthy(url):
        os.environ["PREFECT_API_URL"] = url
    else:
        set_damaged_aside(home)


def begin_early() -> Begun | None:
    """Begins a server while this process has yet to import Prefect, which takes as long as a server's start.

    Returns:
        What was begun; None where there is a server already, or Prefect is imported.
    """
    if os.environ.get("PREFECT_API_URL") or "prefect" in sys.modules:
        return None
    return begin(free_port())


def begin(port: int, told: Mapping[str, str] | None = None) -> Begun:
    """Begins a server that ends with this process.

    Args:
        port: its port.
        told: Prefect's settings of this process, where it has been imported; else the environment has them.
    """
    module = find_spec("prefect")
    if module is None or module.origin is None:
        raise RunError("Prefect is not installed", where=sys.executable, mend="run make setup")
    beside = str(Path(module.origin).parents[1])
    command = [sys.executable, "-m", "uvicorn", "--app-dir", beside, "--factory", _APP]
    options = ["--host", HOST, "--port", str(port), "--log-level", "error", "--lifespan", "on"]
    environment = {**os.environ, **_OWN, **(told or {})}
    prefect_record.lay(Path(environment["PREFECT_HOME"]))
    process = subprocess.Popen([*command, *options], env=environment)
    end_with_this_process(process.pid)
    return Begun(port, process)


def free_port() -> int:
    """A port that no other process takes meanwhile: each begins to look at one of its own.

    Prefect draws one of a thousand: two nights that start at once and draw the same one share the server that
    is up first, and the other night fails when that server ends with its process.
    """
    return next(filter(_is_free, (FIRST_PORT + (os.getpid() + step) % PORTS for step in range(PORTS))))


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as found:
        try:
            found.bind((HOST, port))
        except OSError:
            return False
    return True


def set_damaged_aside(home: Path) -> None:
    """Prefect's record is for looking at: one that cannot be read must not stop every night from now on."""
    path = home / prefect_record.RECORD
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path)) as con:
            found = con.execute("PRAGMA quick_check(1)").fetchone()
        is_whole = found == ("ok",)
    except sqlite3.OperationalError:
        return  # somebody has it open
    except sqlite3.DatabaseError:
        is_whole = False
    if not is_whole:
        set_aside(home)


def set_aside(home: Path) -> bool:
    """Puts Prefect's record where no server looks for it; whether there was one."""
    path = home / prefect_record.RECORD
    if not path.exists():
        return False
    logger.warning("%s cannot be used and was set aside; Prefect begins a new record", path.name)
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    path.replace(path.with_name(f"{prefect_record.RECORD}.damaged"))
    return True


@contextmanager
def persistent_server(restricted: Path, port: int, cron: str) -> Iterator[str]:
    """Keeps a local Prefect server up, on this machine only, and gives its address.

    Args:
        restricted: the restricted folder.
        port: the server's port.
        cron: when nights start; noted beside the address.

    Raises:
        RunError: if the server does not answer in time.
    """
    home = restricted / "prefect"
    url = f"http://{HOST}:{port}/api"
    prefect_record.lay(home)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen([*command, "--no-ui"], stdout=log, stderr=subprocess.STDOUT)
    end_with_this_process(server.pid)
    try:
        _wait(server, url, home)
        local_server.note(home, url, cron)
        os.environ["PREFECT_API_URL"] = url
        yield url
    finally:
        local_server.forget(home)
        server.terminate()
        server.wait(timeout=30)


def end_with_this_process(pid: int) -> None:
    """Ends another process of ours as soon as this one has ended, even if it was killed.

    A watcher holds the other end of a pipe: the system closes it with this process.
    """
    code = (
        "import os, signal, sys\n"
        "other = os.pidfd_open(int(sys.argv[1]))\n"
        "sys.stdin.read()\n"
        "try: signal.pidfd_send_signal(other, signal.SIGTERM)\n"
        "except ProcessLookupError: pass\n"
    )
    command = [sys.executable, "-S", "-c", code, str(pid)]
    quiet = subprocess.DEVNULL
    _WATCHERS.append(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True)
    )


def _wait(server: "subprocess.Popen[bytes]", url: str, home: Path) -> None:
    for _ in range(START_SECONDS * 2):
        if server.poll() is not None:
            break
        if local_server.is_healthy(url):
            return
        time.sleep(0.5)
    raise RunError(
        "the local Prefect server did not start",
        where=str(home / "server.log"),
        mend="read the end of that log; another program may hold the port (--port)",
    )
