"""The commands of the archive: list, verify, restore."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.settings import restricted_beside


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
    print(f"{entry.file} ({entry.sha256[:12]}) is written to {options.out}")
    return 0


def add_commands(
    parser: argparse.ArgumentParser, add: Callable[..., argparse.ArgumentParser], warehouse: Path
) -> None:
    """Puts the commands of the archive under their parser.

    Args:
        parser: the parser of `archive`.
        add: makes a command's parser from the group, its name and its function.
        warehouse: the warehouse whose restricted folder is meant where none is named.
    """
    commands: Any = parser.add_subparsers(required=True, metavar="list|verify|restore")
    for name, command in (("list", list_files), ("verify", verify), ("restore", restore)):
        child = add(commands, name, command)
        child.add_argument("--restricted", type=Path, default=restricted_beside(warehouse))
        child.add_argument("--extract", help="only this extract")
    child.add_argument("file", help="its name, or the beginning of its sha256")
    child.add_argument("--out", type=Path, required=True, help="the CSV to write, or a folder")
