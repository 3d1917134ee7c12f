"""The Prefect server that the schedule keeps up on this machine: where it is, and what it has planned."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

LATE = timedelta(minutes=15)
# The server is on this machine: nothing that the environment names stands between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Plan:
    """What is planned.

    Attributes:
        state: `none`: no schedule was started, or it was stopped; `up`; `dead`: it was started, does not
            answer, and was not stopped.
        cron: when nights start, in Asia/Shanghai.
        next_at: the next start.
        is_late: whether that start has passed and nothing happened.
        crashed_at: planned start of the newest night that ended without its program's doing.
    """

    state: Literal["none", "up", "dead"]
    cron: str | None = None
    next_at: datetime | None = None
    is_late: bool = False
    crashed_at: datetime | None = None


def note(home: Path, url: str, cron: str) -> None:
    """Leaves word of a server that is up."""
    (home / "server.json").write_text(json.dumps({"url": url, "cron": cron}), encoding="utf-8")


def forget(home: Path) -> None:
    """Takes that word back."""
    (home / "server.json").unlink(missing_ok=True)


def address(home: Path) -> str | None:
    """Where the server is, if one was started and not stopped."""
    return _noted(home).get("url")


def is_healthy(url: str) -> bool:
    """Whether a server answers."""
    try:
        with _OPENER.open(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def plan(home: Path, now: datetime) -> Plan:
    """What the schedule of a place has planned.

    Args:
        home: Prefect's home in the restricted folder.
        now: the present, with its zone.
    """
    noted = _noted(home)
    if not noted:
        return Plan("none")
    try:
        waiting = _first(noted["url"], ["SCHEDULED"], "EXPECTED_START_TIME_ASC")
        crashed = _first(noted["url"], ["CRASHED"], "EXPECTED_START_TIME_DESC")
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return Plan("dead", noted.get("cron"))
    return Plan("up", noted.get("cron"), waiting, bool(waiting and waiting < now - LATE), crashed)


def _first(url: str, states: list[str], sort: str) -> datetime | None:
    question = {"flow_runs": {"state": {"type": {"any_": states}}}, "sort": sort, "limit": 1}
    request = urllib.request.Request(
        f"{url}/flow_runs/filter", json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with _OPENER.open(request, timeout=5) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())
    return datetime.fromisoformat(found[0]["expected_start_time"]) if found else None


def _noted(home: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((home / "server.json").read_text(encoding="utf-8"))
        return {"url": found["url"], **found}
    except (OSError, ValueError, KeyError):
        return {}
