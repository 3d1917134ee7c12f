"""`make fuzz`: the fuzz tests with many examples, and the table of what came of it in docs/reliability.md.

python -m tests.fuzz.run [--examples 2000]
"""

import argparse
import sys
import tempfile
import time
import traceback
from datetime import date
from pathlib import Path

from pipeline import cli, district
from pipeline.settings import PROJECT_ROOT
from tests.fuzz import commands
from tests.fuzz.targets import TARGETS, Faulty, Target, hold

DOCUMENT = PROJECT_ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- fuzz: begin -->", "<!-- fuzz: end -->"
AS_OF = date(2017, 3, 31)
_COMMANDS_SHARE = 0.25


def main() -> int:
    """Runs every target; 1 if any failed."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.run")
    parser.add_argument("--examples", type=int, default=2000, help="examples a reader (default: 2000)")
    examples = parser.parse_args().examples
    began = time.monotonic()
    rows: list[tuple[str, int, int]] = []
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for target in (*TARGETS, _command_lines(Path(folder))):
            rows.append(_run(target, examples))
            print(f"{rows[-1][0]}: {rows[-1][1]} examples, {rows[-1][2]} faults", flush=True)
    _write(rows, examples, time.monotonic() - began)
    return 1 if any(faults for _, _, faults in rows) else 0


def _command_lines(folder: Path) -> Target:
    """The command line as one more reader, on a small published night."""
    district.generate(150, 5, AS_OF, folder / "made", PROJECT_ROOT / "sources")

    def night(place: Path) -> None:
        places = ["--warehouse", str(place / "warehouse.duckdb"), "--out", str(place / "out")]
        inbox = ["--inbox", str(folder / "made" / "inbox")]
        if cli.main(["run", *inbox, *places, "--as-of", str(AS_OF)]) not in (cli.DONE, cli.ATTENTION):
            sys.exit("the night on which command lines are tried did not end well")

    commands.prepare(folder, night)
    return Target(
        "command lines",
        commands.command_lines(),
        lambda arguments: commands.check(arguments, folder),
        _COMMANDS_SHARE,
    )


def _run(target: Target, examples: int) -> tuple[str, int, int]:
    """Every target gets its turn; what failed is told and counted."""
    try:
        return target.name, hold(target, examples), 0
    except Faulty as faulty:
        cause = faulty.__cause__
        told = cause.exceptions if isinstance(cause, ExceptionGroup) else [cause]
        for one in told:
            traceback.print_exception(one, limit=-3, file=sys.stderr)
        return target.name, faulty.args[0], len(told)


def _write(rows: list[tuple[str, int, int]], examples: int, seconds: float) -> None:
    """Puts the table between its markers; the rest of the document stays as it is."""
    lines = [
        BEGIN,
        f"`make fuzz` ({examples} examples a reader, {seconds / 60:.0f} minutes). A fault is anything but a "
        "value or a refusal in words, or more than five seconds for one short text.",
        "",
        "| what is read | examples | faults |",
        "|---|---:|---:|",
        *(f"| {name} | {count:,} | {faults} |" for name, count, faults in rows),
        f"| **all** | **{sum(row[1] for row in rows):,}** | **{sum(row[2] for row in rows)}** |",
        END,
    ]
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else "# Reliability\n"
    if BEGIN not in text:
        text += f"\n## Whatever is typed or sent\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    DOCUMENT.write_text(before + "\n".join(lines) + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
