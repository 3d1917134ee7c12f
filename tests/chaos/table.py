"""The table of a chaos run, and its place in docs/reliability.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

BEGIN, END = "<!-- make chaos: begin -->", "<!-- make chaos: end -->"


class Result(Protocol):
    """What came of one fault."""

    kind: str
    looks: int
    chain: int
    problems: tuple[str, ...]


def render(results: Sequence[Result], minutes: float, command: str) -> str:
    """Faults, nights that followed, looks of readers and violations, by kind."""
    kinds = dict.fromkeys(sorted(result.kind for result in results))
    lines = [
        "| fault | faults | nights left in peace after them | looks of readers | violated invariants |",
        "|---|---|---|---|---|",
    ]
    for kind in kinds:
        lines.append(_row(kind, [result for result in results if result.kind == kind]))
    lines.append(_row("**all**", results))
    lines += ["", f"Made by `{command}` in {minutes:.0f} minutes."]
    broken = [f"- {result.kind}: {'; '.join(result.problems)}" for result in results if result.problems]
    return "\n".join([*lines, *broken])


def _row(name: str, results: Sequence[Result]) -> str:
    chains = len({(result.kind, result.chain) for result in results})
    looks = sum(result.looks for result in results)
    violated = sum(len(result.problems) for result in results)
    return f"| {name} | {len(results)} | {chains} | {looks} | {violated} |"


def write(document: Path, told: str, begin: str = BEGIN, end: str = END) -> None:
    """Puts a table between its markers."""
    text = document.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    document.write_text(f"{before}{begin}\n{told}\n{end}{rest.split(end)[1]}", encoding="utf-8")
