"""A department's page: the state of its files, what could not be read, and which checks of firms it owes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from pipeline.declaration import Source
from pipeline.publish.forms import mending
from pipeline.publish.forms.lines import short_title
from pipeline.publish.forms.page import render

EXAMPLES = 5
DUTIES = 20
TABLES = ("supply", "fault", "check", "word", "column")
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """What there is to say of one sender's files of one extract.

    Attributes:
        anchor: its place on the page.
        title: the extract, and who sent it where several do.
        source: the declaration.
        rows: by table of `TABLES`, the rows of this part.
    """

    anchor: str
    title: str
    source: Source
    rows: Mapping[str, Rows]

    @property
    def failed(self) -> Rows:
        """Checks that do not hold."""
        return [row for row in self.rows["check"] if not row["passed"]]

    @property
    def passed(self) -> Rows:
        """Checks that hold."""
        return [row for row in self.rows["check"] if row["passed"]]

    @property
    def wanting(self) -> Rows:
        """Files that are stale, missing or refused."""
        return [
            row
            for row in self.rows["supply"]
            if row["state"] != "fresh" and not (row["state"] == "missing" and self.source.optional)
        ]

    @property
    def is_clean(self) -> bool:
        """Nothing here wants anybody."""
        return not (self.wanting or self.failed or self.rows["fault"] or self.rows["column"])


def write_page(
    path: Path, department: str, as_of: date, sources: Mapping[str, Source], rows: Mapping[str, Rows]
) -> None:
    """Writes one page.

    Args:
        path: the page.
        department: its short name.
        as_of: the day.
        sources: the department's own declarations.
        rows: by table of `TABLES`, and `duty`, the department's rows of `queries/department_<table>.sql`.
    """
    parts = _parts(sources, rows)
    text = render(
        "department",
        department=department,
        as_of=as_of.isoformat(),
        parts=parts,
        sources=sources,
        supply=rows["supply"],
        duties=rows["duty"],
        figures=_figures(parts, rows),
        mending=mending,
        titles={name: short_title(source) for name, source in sources.items()},
    )
    path.write_text(text, encoding="utf-8")


def _parts(sources: Mapping[str, Source], rows: Mapping[str, Rows]) -> list[Part]:
    """One part per extract and sender, in the order of the declarations."""
    parts, numbers = [], count(1)
    for extract, source in sources.items():
        found = {row["sender"] for table in TABLES for row in rows[table] if row["extract"] == extract}
        for sender in sorted(found, key=lambda name: name or "") or [None]:
            own = {
                table: [row for row in rows[table] if (row["extract"], row["sender"]) == (extract, sender)]
                for table in TABLES
            }
            parts.append(Part(f"part{next(numbers)}", _title(source, sender), source, own))
    return parts


def _title(source: Source, sender: str | None) -> str:
    name = mending.sender(source, sender)
    return f"{short_title(source)}：{name}" if name else short_title(source)


def _figures(parts: Sequence[Part], rows: Mapping[str, Rows]) -> list[tuple[int, str]]:
    """The figures at the head of the page, each with its word."""
    cases = {
        scope: sum(row["cases"] for row in rows["fault"] if row["scope"] == scope)
        for scope in ("row", "cell")
    }
    return [
        (sum(row["file"] is not None for row in rows["supply"]), "收到的文件"),
        (sum(len(part.wanting) for part in parts), "过期、缺报、退回"),
        (sum(len(part.failed) for part in parts), "未通过的检查"),
        (cases["row"], "未接收的行"),
        (cases["cell"], "按空值处理的单元格"),
    ]
