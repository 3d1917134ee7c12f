"""The options that several commands share, and how their values are read."""

import argparse
import hashlib
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline import audit
from pipeline.settings import PROJECT_ROOT, restricted_beside

DATA = PROJECT_ROOT / "data"
DEMO = DATA / "demo"
DEMO_AS_OF = date(2017, 3, 31)
_MEMORY = re.compile(r"[1-9]\d*(\.\d+)?\s*[KMGT]i?B", re.IGNORECASE)


def district(parser: argparse.ArgumentParser) -> None:
    """What a synthetic district is made from."""
    parser.add_argument("--firms", type=positive, default=3000, help="registered firms (default: 3000)")
    parser.add_argument("--seed", type=positive, default=3, help="the same seed gives the same bytes")
    parser.add_argument(
        "--as-of", type=day, default=DEMO_AS_OF, help=f"the day the district is at (default: {DEMO_AS_OF})"
    )


def places(parser: argparse.ArgumentParser) -> None:
    """Where a night reads and writes, and what it may use."""
    parser.add_argument(
        "--inbox", type=Path, default=DATA / "inbox", help="the departments' files (default: data/inbox)"
    )
    parser.add_argument(
        "--warehouse",
        type=Path,
        default=DATA / "warehouse.duckdb",
        help="the analysts' DuckDB file (default: data/warehouse.duckdb)",
    )
    parser.add_argument(
        "--out", type=Path, default=DATA / "published", help="published nights (default: data/published)"
    )
    parser.add_argument("--restricted", type=Path, help="default: beside the warehouse")
    parser.add_argument("--as-of", type=day, help="default: the newest extract date in the inbox")
    parser.add_argument(
        "--rules", type=Path, default=PROJECT_ROOT / "rules", help="the rules folder (default: rules)"
    )
    parser.add_argument("--corrections", type=Path, help="default: corrections/ in the restricted folder")
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="NAME",
        help="take an extract, a group of the fairness watch, or a check against last night, that waits for "
        "a person; may be repeated",
    )
    parser.add_argument(
        "--keep-generations",
        type=positive,
        default=2,
        metavar="N",
        help="how many of the newest generations stay for `rollback`, replaced ones included (default: 2)",
    )
    parser.add_argument(
        "--memory-limit", type=memory, default="4GB", help="DuckDB's memory limit (default: 4GB)"
    )
    parser.add_argument(
        "--temp-directory",
        type=folder,
        help="where what exceeds the memory limit is put (default: beside the file that is worked on)",
    )
    parser.add_argument("--threads", type=positive, default=2, help="threads and processes (default: 2)")
    parser.add_argument(
        "--engine",
        choices=("local", "spark"),
        default="local",
        help="what links: this process, or Apache Spark (docs/scale-out.md); the links are the same "
        "(default: local)",
    )
    parser.add_argument("--master", default="local[2]", help="the Spark master (default: local[2])")
    parser.set_defaults(anew=False)


def night(parser: argparse.ArgumentParser) -> None:
    """What one night by hand may be asked beside."""
    parser.add_argument(
        "--anew", action="store_true", help="do every step, also those that a night which died had done"
    )


def rules(parser: argparse.ArgumentParser) -> None:
    """The folder of the rules."""
    parser.add_argument(
        "--rules", type=folder, default=PROJECT_ROOT / "rules", help="the rules folder (default: rules)"
    )


def warehouse(parser: argparse.ArgumentParser) -> None:
    """A published warehouse to look into."""
    parser.add_argument(
        "--warehouse",
        type=Path,
        default=default_warehouse(),
        help="a published warehouse (default: data/warehouse.duckdb, or the demo's while there is no other)",
    )


def default_warehouse() -> Path:
    """The live warehouse, also where its first night failed; the demo's while no night has begun."""
    live = DATA / "warehouse.duckdb"
    begun = live.exists() or restricted_beside(live).exists()
    return live if begun else DEMO / "warehouse.duckdb"


def day(text: str) -> date:
    """A day as people write it, with or without hyphens."""
    found = day_or_none(text.replace("-", ""))
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is not a day like 2017-03-31")
    return found


def day_or_none(text: str) -> date | None:
    """The day of eight digits; None if there is no such day."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def word(text: str) -> str:
    """A word that can be looked up: text, not bytes that are none."""
    if not text.isascii() and any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise argparse.ArgumentTypeError("the word is no text in UTF-8")
    return text


def positive(text: str) -> int:
    """A whole number from 1 to 999,999,999."""
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def memory(text: str) -> str:
    """An amount of memory as DuckDB reads it."""
    if not _MEMORY.fullmatch(text.strip()):
        raise argparse.ArgumentTypeError(f"{text} is not an amount of memory like 4GB")
    return text.strip()


def folder(text: str) -> Path:
    """A folder that is there."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return Path(text)


def file(text: str) -> Path:
    """A file that is there."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a file")
    return Path(text)


def note(restricted: Path, action: str, **facts: object) -> None:
    """Notes an act in the audit log of a place; where that cannot be, says so and goes on.

    Whoever may only read the warehouse cannot write into the restricted folder: what such an account does is
    for the system's own log of accesses.

    Args:
        restricted: the restricted folder.
        action, facts: see `pipeline.audit`.
    """
    try:
        audit.note(restricted, action, datetime.now(UTC), **facts)
    except OSError:
        told = f"not noted in the audit log: {restricted} is not there, or not yours to write"
        print(told, file=sys.stderr)


def sha256_of(path: Path) -> str:
    """The hash of a file that was written or read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
