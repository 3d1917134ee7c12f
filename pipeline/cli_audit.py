"""The command `audit`: who did what and when, and whether that log is whole."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline import audit, cli_options
from pipeline.errors import ConfigError
from pipeline.settings import restricted_beside

DONE, BROKEN = 0, 1


def show(options: argparse.Namespace) -> int:
    """Lists runs, exports, corrections, acceptances and who did them; proves the log whole (exit 0 or 1)."""
    warehouse = options.warehouse.absolute()
    restricted = (options.restricted or restricted_beside(warehouse)).absolute()
    if not restricted.is_dir():
        raise ConfigError(
            "there is no restricted folder", where=str(restricted), mend="name it with --restricted"
        )
    out = (options.out or warehouse.parent / "published").absolute()
    for entry in audit.read(restricted):
        if options.action in (None, entry.action) and entry.at[:10] >= str(options.since or ""):
            print(_as_json(entry) if options.json else _line(entry))
    problems = audit.problems(restricted, _anchors(out))
    for problem in problems:
        print(f"{restricted / audit.NAME}: {problem}; compare it with a backup", file=sys.stderr)
    head = audit.head(restricted)
    if not problems:
        print(f"the log is whole: {head.n} lines, the last is {head.sha256}", file=sys.stderr)
    return BROKEN if problems else DONE


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the command; `add` makes one's parser from its name and its function."""
    made = add("audit", show)
    made.add_argument("--action", choices=sorted(audit.FACTS), help="only acts of this kind")
    made.add_argument("--since", type=cli_options.day, help="only acts of this day (UTC) and later")
    made.add_argument("--json", action="store_true", help="one JSON object a line")
    made.add_argument("--restricted", type=Path, help="default: beside the warehouse")
    made.add_argument(
        "--out",
        type=Path,
        help="published nights, whose manifests know the log (default: published/ beside the warehouse)",
    )
    cli_options.warehouse(made)


def _line(entry: audit.Entry) -> str:
    told = " ".join(
        f"{name}={json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value}"
        for name, value in sorted(entry.facts.items())
    )
    return f"{entry.n:>6}  {entry.at}  {entry.who}  {entry.action}  {told}".rstrip()


def _as_json(entry: audit.Entry) -> str:
    return json.dumps(vars(entry), ensure_ascii=False, sort_keys=True)


def _anchors(out: Path) -> Iterator[tuple[str, audit.Head]]:
    """What the manifests of the published days know of the log; those of before it was kept know nothing."""
    for path in sorted(out.glob("*-*-*/manifest.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8")).get("audit")
        except (OSError, ValueError):
            continue
        if told:
            yield f"the manifest of {path.parent.name}", audit.Head(told["n"], told["sha256"])
