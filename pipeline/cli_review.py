"""The commands of the clerk: export the open pairs as a workbook, import the answers."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import cli_options
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT, restricted_beside

TOP = 200


def export(options: argparse.Namespace) -> int:
    """Writes the records that wait for a person as a workbook to answer, most useful first."""
    from pipeline.declaration import load_sources
    from pipeline.publish.reviewing.review_book import export_reviews
    from pipeline.reference import streets

    street = options.street
    if street not in (None, *streets()):
        raise ConfigError(
            "there is no such street", where="--street", mend=f"use one of {'、'.join(streets())}"
        )
    if options.out and not options.out.absolute().parent.is_dir():
        raise ConfigError("there is no such folder", where=str(options.out.parent), mend="make it first")
    sources = load_sources(PROJECT_ROOT / "sources")
    made = export_reviews(options.warehouse, sources, options.out, street, options.top)
    cli_options.note(
        restricted_beside(options.warehouse.absolute()),
        "review_export",
        street=street,
        lines=made.lines,
        records=made.records,
        sha256=cli_options.sha256_of(made.path),
    )
    print(made)
    return 0


def take(options: argparse.Namespace) -> int:
    """Takes a workbook's answers into the judgements; the next night applies them."""
    from pipeline.link.judgement.answers import import_answers

    corrections = options.corrections or restricted_beside(options.warehouse.absolute()) / "corrections"
    taken = import_answers(options.file, corrections, options.who.strip(), options.today())
    cli_options.note(
        restricted_beside(options.warehouse.absolute()),
        "judgement_import",
        sha256=cli_options.sha256_of(options.file),
        taken=len(taken.judgements),
        known=taken.known,
    )
    print(f"{corrections}: {taken}")
    return 0


def add_commands(
    parser: argparse.ArgumentParser, add: Callable[..., argparse.ArgumentParser], today: Callable[[], date]
) -> None:
    """Puts the commands of the clerk under their parser.

    Args:
        parser: the parser of `review`.
        add: makes a command's parser from the group, its name and its function.
        today: tells the day, for answers that are taken.
    """
    commands: Any = parser.add_subparsers(required=True, metavar="export|import")
    made = add(commands, "export", export)
    made.add_argument("--street", help="only records or firms of this street, for example 桂园街道")
    made.add_argument(
        "--top", type=cli_options.positive, default=TOP, help=f"how many lines at most (default: {TOP})"
    )
    made.add_argument(
        "--out", type=Path, help="the XLSX to write (default: review_<date>.xlsx beside the warehouse)"
    )
    cli_options.warehouse(made)
    taken = add(commands, "import", take)
    taken.set_defaults(today=today)
    taken.add_argument("file", type=Path, help="the filled workbook")
    taken.add_argument(
        "--who", type=_named, required=True, help="who answered; kept in the restricted folder"
    )
    taken.add_argument(
        "--corrections", type=Path, help="default: corrections/ in the warehouse's restricted folder"
    )
    cli_options.warehouse(taken)


def _named(text: str) -> str:
    if text.strip() in ("", "…", "NAME", "姓名"):
        raise argparse.ArgumentTypeError("say who answered: a clerk's name, or an office")
    return text.strip()
