"""The commands of the analyst: ask the warehouse, and take one view out as a file."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline import cli_options
from pipeline.settings import restricted_beside

SHOWN = 100


def sql(options: argparse.Namespace) -> int:
    """Answers one query on a published warehouse; it reads and does nothing else."""
    from pipeline.publish.asking import ask
    from pipeline.publish.forms.table_text import aligned_table, json_table, write_csv_table

    answer = ask(options.warehouse, options.query, options.limit)
    place = restricted_beside(options.warehouse.absolute())
    told = {"views": list(answer.views), "rows": len(answer.rows), "format": options.format}
    cli_options.note(place, "sql", **told)
    if options.format == "csv":
        write_csv_table(sys.stdout, answer.names, answer.rows)
    else:
        print((json_table if options.format == "json" else aligned_table)(answer.names, answer.rows))
    if answer.has_more:
        print(f"only the first {options.limit} rows are shown; --limit shows more", file=sys.stderr)
    elif options.format == "table":
        print(f"rows: {len(answer.rows)}", file=sys.stderr)
    return 0


def export(options: argparse.Namespace) -> int:
    """Writes one public view to a file, as Parquet or as CSV that a spreadsheet opens."""
    from pipeline.publish.asking import export as export_view

    path, rows = export_view(options.warehouse, options.table, options.format, options.out)
    cli_options.note(
        restricted_beside(options.warehouse.absolute()),
        "export",
        view=options.table,
        rows=rows,
        format=options.format,
        sha256=cli_options.sha256_of(path),
    )
    print(f"{path}: {rows} rows of {options.table}; for internal use, not to be published")
    return 0


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Puts the commands of the analyst beside the others; `add` makes one's parser from name and function."""
    asked = add("sql", sql)
    asked.add_argument(
        "query",
        type=cli_options.word,
        help="one SELECT (or FROM, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN), in quotes",
    )
    asked.add_argument(
        "--limit", type=cli_options.positive, default=SHOWN, help=f"rows at most (default: {SHOWN})"
    )
    asked.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="how (default: table)"
    )
    cli_options.warehouse(asked)
    taken = add("export", export)
    taken.add_argument("--table", required=True, metavar="VIEW", help="the view, for example enterprise")
    taken.add_argument("--format", choices=("parquet", "csv"), default="csv", help="as what (default: csv)")
    taken.add_argument(
        "--out", type=Path, help="the file (default: <view>_<as-of>.<format> beside the warehouse)"
    )
    cli_options.warehouse(taken)
