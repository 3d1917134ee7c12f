"""The commands of the industry catalogue: import a table, list what was imported, write an empty one."""

import argparse
import os
import pwd
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import cli_options
from pipeline.settings import restricted_beside

DEFAULT = "default"


def take(options: argparse.Namespace) -> int:
    """Imports a catalogue (CSV or XLSX) as an edition; later nights judge with it."""
    from pipeline.score.catalogue import store

    edition, table, is_new = store.add(
        _restricted(options),
        options.file,
        edition=options.edition,
        valid_from=options.valid_from,
        valid_to=options.valid_to,
        who=options.who or _account(),
        imported_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    cli_options.note(
        _restricted(options),
        "catalogue_import",
        edition=edition.edition,
        sha256=edition.sha256,
        is_new=is_new,
    )
    print(f"{'imported' if is_new else 'known already'}: {store.told(edition)}")
    _show(edition.file, table)
    return 0


def list_all(options: argparse.Namespace) -> int:
    """Lists the imported catalogues, who imported each and when, and the rows that are set aside."""
    from pipeline.score.catalogue import store

    restricted = _restricted(options)
    loaded = store.editions(restricted)
    if not loaded:
        print("no catalogue is imported (目录未导入): rules of III.1 and III.2 are not evaluated")
    latest = {one.edition: one.sequence for one in loaded}
    for one in loaded:
        state = "" if latest[one.edition] == one.sequence else " (replaced by a later import of this edition)"
        print(f"{store.told(one)}{state}\n  imported {one.imported_at} by {one.who}")
        _show(one.file, store.load(restricted, one))
    return 0


def template(options: argparse.Namespace) -> int:
    """Writes an empty catalogue as XLSX, in Chinese, with a sheet that explains how to fill it in."""
    from pipeline.score.catalogue.template import write_template

    write_template(options.out)
    print(f"{options.out}: fill in the sheet 目录, then import it")
    return 0


def add_commands(parser: argparse.ArgumentParser, add: Callable[..., argparse.ArgumentParser]) -> None:
    """Puts the commands of the catalogue under their parser.

    Args:
        parser: the parser of `catalogue`.
        add: makes a command's parser from the group, its name and its function.
    """
    commands: Any = parser.add_subparsers(required=True, metavar="import|list|export-template")
    taken = add(commands, "import", take)
    taken.add_argument("file", type=Path, help="the catalogue, CSV or XLSX")
    taken.add_argument("--edition", required=True, help="the edition's name, for example 2016")
    taken.add_argument(
        "--valid-from",
        type=cli_options.day,
        help="first day in force (default: the last day of the edition's year; earlier it is not sure)",
    )
    taken.add_argument("--valid-to", type=cli_options.day, help="last day in force (default: open)")
    taken.add_argument("--who", help="who imports it; kept in the restricted folder (default: the account)")
    for child in (taken, add(commands, "list", list_all)):
        child.add_argument(
            "--restricted",
            default=DEFAULT,
            metavar="DIR",
            help="the restricted folder (default: that of the live warehouse)",
        )
    made = add(commands, "export-template", template)
    made.add_argument(
        "--out", type=Path, default=Path("catalogue_template.xlsx"), help="the XLSX to write (default: here)"
    )


def _restricted(options: argparse.Namespace) -> Path:
    if options.restricted == DEFAULT:
        return restricted_beside(cli_options.default_warehouse())
    return Path(options.restricted).absolute()


def _account() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _show(file: str, table: Any) -> None:
    print(f"  {file}: {table.counts()}; {len(table.set_aside)} rows set aside")
    for row in table.set_aside:
        print(f"  {row.sentence(file)}")
