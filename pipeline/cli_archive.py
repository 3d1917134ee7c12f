"""The commands of the archive: list, verify, restore, withdraw, reinstate."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import cli_options
from pipeline.settings import restricted_beside

if TYPE_CHECKING:
    from pipeline.ingest.entries import Entry


def list_files(options: argparse.Namespace) -> int:
    """Lists, proves whole and takes out the accepted files that the restricted store keeps."""
    from pipeline.ingest import stock

    print(stock.list_files(options.restricted, options.extract))
    return 0


def verify(options: argparse.Namespace) -> int:
    """Recomputes the hashes of the archived files and names those that are missing or damaged."""
    from pipeline.ingest import stock

    problems = stock.verify(options.restricted, options.extract)
    print("\n".join(problems) or "every archived file is as it was stored")
    return 1 if problems else 0


def restore(options: argparse.Namespace) -> int:
    """Writes one archived file's rows as UTF-8 CSV with the department's own headers."""
    from pipeline.ingest import stock

    entry = stock.restore(options.restricted, options.file, options.out, options.extract)
    _note(options, "archive_restore", entry)
    print(f"{entry.file} ({entry.sha256[:12]}) is written to {options.out}")
    return 0


def withdraw(options: argparse.Namespace) -> int:
    """Leaves an accepted file out of later nights because its department took it back."""
    from pipeline.ingest import stock
    from pipeline.ingest.entries import Withdrawal

    since = options.since or stock.newest_night(options.restricted) or date.min
    said = Withdrawal(since, options.why, options.by)
    for entry in stock.withdraw(options.restricted, options.file, said, options.extract):
        _note(options, "withdrawal", entry, since=str(since))
        print(f"{entry.file} ({entry.sha256[:12]}) is left out of the nights of {since} and later")
    return 0


def reinstate(options: argparse.Namespace) -> int:
    """Takes a withdrawn file in again."""
    from pipeline.ingest import stock

    for entry in stock.withdraw(options.restricted, options.file, None, options.extract):
        _note(options, "reinstatement", entry)
        print(f"{entry.file} ({entry.sha256[:12]}) is taken in again")
    return 0


def _note(options: argparse.Namespace, action: str, entry: "Entry", **facts: str) -> None:
    cli_options.note(options.restricted, action, extract=options.extract, sha256=entry.sha256, **facts)


def add_commands(
    parser: argparse.ArgumentParser, add: Callable[..., argparse.ArgumentParser], warehouse: Path
) -> None:
    """Puts the commands of the archive under their parser.

    Args:
        parser: the parser of `archive`.
        add: makes a command's parser from the group, its name and its function.
        warehouse: the warehouse whose restricted folder is meant where none is named.
    """
    commands: Any = parser.add_subparsers(required=True, metavar="list|verify|restore|withdraw|reinstate")
    made = {}
    for command in (list_files, verify, restore, withdraw, reinstate):
        name = "list" if command is list_files else command.__name__
        child = made[name] = add(commands, name, command)
        child.add_argument(
            "--restricted",
            type=Path,
            default=restricted_beside(warehouse),
            help="the restricted folder (default: that of data/warehouse.duckdb, or of the demo)",
        )
        child.add_argument("--extract", help="only this extract")
    for name in ("restore", "withdraw", "reinstate"):
        made[name].add_argument("file", help="its name, or the beginning of its sha256")
    made["restore"].add_argument("--out", type=Path, required=True, help="the CSV to write, or a folder")
    said = made["withdraw"]
    said.add_argument("--why", required=True, help="the reason; the department and the report show it")
    said.add_argument("--by", required=True, help="the office that took it back, for example 区安监局")
    said.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar="DATE",
        help="first day whose nights leave it out (default: the newest published night's)",
    )
