"""The command of the quarterly report."""

import argparse
from pathlib import Path

from pipeline import cli_options
from pipeline.settings import PROJECT_ROOT, restricted_beside


def quarterly(options: argparse.Namespace) -> int:
    """Writes the quarterly report: a workbook for each street, and the summary of 区发改局."""
    from pipeline.declaration import load_sources
    from pipeline.publish.quarter.quarterly import quarter
    from pipeline.publish.quarter.quarterly_book import write_quarter

    asked = quarter(options.quarter)
    out = options.out or options.warehouse.absolute().parent / "quarterly" / str(asked)
    made = write_quarter(options.warehouse, asked, out, load_sources(PROJECT_ROOT / "sources"))
    place = restricted_beside(options.warehouse.absolute())
    files = {path.name: cli_options.sha256_of(path) for path in sorted(out.glob("*.xlsx"))}
    cli_options.note(place, "quarterly", quarter=str(asked), files=files)
    print(made)
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Puts the options of `quarterly` under its parser."""
    parser.add_argument("--quarter", required=True, metavar="2017Q1", help="the quarter, up to its 25th")
    parser.add_argument("--out", type=Path, help="folder (default: quarterly/<quarter> beside the warehouse)")
    cli_options.warehouse(parser)
