"""The command `dossier`: one firm on paper, for the visit or for the firm itself."""

import argparse
import sys
from pathlib import Path

from pipeline import cli_options
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT, restricted_beside

DONE, ATTENTION = 0, 3


def write(options: argparse.Namespace) -> int:
    """Writes one page per firm for the visit, HTML and PDF; with --for-firm, what the firm may have."""
    from pipeline.declaration import load_sources
    from pipeline.publish.one_firm.dossier import FOR_FIRM, SeveralMatch, write_dossiers
    from pipeline.reference import DISTRICT_OFFICE, streets

    street = options.street
    if bool(options.enterprises) == bool(street):
        raise ConfigError("name enterprises, or a street with --street", mend="one of the two")
    if street and street not in (*streets(), DISTRICT_OFFICE):
        raise ConfigError(
            "there is no such street", where="--street", mend=f"use one of {'、'.join(streets())}"
        )
    try:
        written = write_dossiers(
            options.warehouse,
            load_sources(PROJECT_ROOT / "sources"),
            options.out or options.warehouse.absolute().parent / "dossiers",
            words=options.enterprises,
            street=street,
            top=options.top,
            for_firm=options.for_firm,
        )
    except SeveralMatch as several:
        print(several.told)
        raise
    cli_options.note(
        restricted_beside(options.warehouse.absolute()),
        "dossier",
        enterprises=sorted({page.stem.removesuffix(FOR_FIRM) for page in written.pages}),
        street=street,
        pages=len(written.pages),
        for_firm=options.for_firm,
    )
    for page in written.pages:
        print(page)
        if not written.lacking:
            print(page.with_suffix(".pdf"))
    number = "1 dossier" if len(written.pages) == 1 else f"{len(written.pages)} dossiers"
    print(f"{number} in {written.folder}; work papers, for their reader alone")
    if written.lacking:
        print(f"wants a person: {written.lacking}", file=sys.stderr)
    return ATTENTION if written.lacking else DONE


def add_options(parser: argparse.ArgumentParser) -> None:
    """Puts the options of `dossier` on its parser."""
    parser.add_argument(
        "enterprises",
        nargs="*",
        type=cli_options.word,
        metavar="ENTERPRISE",
        help="an enterprise_id, a code, or part of a name",
    )
    parser.add_argument("--street", help="the firms of this street's list, for example 桂园街道")
    parser.add_argument(
        "--top", type=cli_options.positive, default=10, help="how many lines of that list (default: 10)"
    )
    parser.add_argument(
        "--for-firm", action="store_true", help="the page that the firm may have: its own facts, no score"
    )
    parser.add_argument("--out", type=Path, help="folder (default: dossiers/ beside the warehouse)")
    cli_options.warehouse(parser)
