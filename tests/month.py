"""A month of a district, night by night: what departments send, whose each row is, what changed and when.

Starts from the rows of a generated district, and lets them live on: cells are corrected, rows come, firms
are renamed, move, get unified codes, are struck off; shops register; departments send nothing.
"""

import csv
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.declaration import Column, Source

SNAPSHOTS, APPENDS = ("registry", "grid"), ("tax", "employment", "labour_cases", "street_cases")
EXTRACTS = (*SNAPSHOTS, *APPENDS)
FIRST = date(2017, 4, 1)
CHANGED, NEW = 0.01, 0.003
# What only grows comes by turns: each extract of APPENDS every so many nights.
TURN = 4
# Who sends nothing on which nights: (extract, sender or None for all).
OUTAGES: dict[int, tuple[tuple[str, str | None], ...]] = {
    7: (("registry", None),),
    8: (("registry", None),),
    9: (("registry", None), ("employment", None)),
    10: (("employment", None),),
    11: (("employment", None),),
    21: (("grid", "翠竹街道"),),
}
# Trade names that no firm of the district has.
COINED = (
    "骏驰隆", "欣佰汇", "华翊晟", "铭轩阁", "瀚宇腾", "卓越诚", "博雅轩", "丰硕园",
    "澄怀堂", "沐野舍", "听澜阁", "鼎祥瑞", "晨曦坊", "锦绣川", "云栖里", "百味居",
    "启明达", "恒源丰", "蓝海湾", "金穗田", "宏图苑", "紫荆林", "松涛谷", "润泽源",
    "星河渡", "禾木匠", "知行馆", "青藤架", "万象春", "和顺昌", "朗月轩", "聚贤庄",
)  # fmt: skip
# A firm to which something happened is left in peace for so many nights.
PEACE = 7


@dataclass
class Row:
    """A row of an extract and the firm that it tells of."""

    whose: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Planted:
    """A change that must be listed on a night: of a firm, or of a firm that took another in."""

    night: int
    whose: str
    change: str


@dataclass
class Month:
    """The departments' tables as they stand, and the truth of them."""

    sources: Mapping[str, Source]
    tables: dict[str, list[Row]]
    dice: random.Random
    planted: list[Planted] = field(default_factory=list)
    whose: dict[tuple[str, str, int], str] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    renumbered: set[str] = field(default_factory=set)
    registered: set[str] = field(default_factory=set)
    insured: list[str] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=lambda: list(COINED))
    fresh: dict[str, list[Row]] = field(default_factory=dict)

    def day(self, night: int) -> date:
        """The as-of of a night."""
        return FIRST + timedelta(days=night)

    def send(self, night: int, inbox: Path) -> None:
        """Writes what the departments send for a night, under that day's date."""
        for extract in SNAPSHOTS:
            for sender, rows in self._by_sender(extract):
                if self.is_sent(night, extract, sender):
                    self._write(inbox, extract, sender, self.day(night), rows)
        for extract in APPENDS:
            rows = self.tables[extract] if night == 0 else self.fresh.get(extract, [])
            if rows and self.is_sent(night, extract, ""):
                self._write(inbox, extract, "", self.day(night), rows)
                self.fresh[extract] = []

    def is_sent(self, night: int, extract: str, sender: str) -> bool:
        """Whether a sender's file of an extract comes on a night."""
        is_due = extract in SNAPSHOTS or night == 0 or night % TURN == APPENDS.index(extract)
        return is_due and not {(extract, None), (extract, sender)} & set(OUTAGES.get(night, ()))

    def _by_sender(self, extract: str) -> Iterator[tuple[str, list[Row]]]:
        column = self.sources[extract].sender
        rows = self.tables[extract]
        for sender in sorted({row.cells[column] for row in rows}) if column else [""]:
            yield sender, [row for row in rows if not column or row.cells[column] == sender]

    def _write(self, inbox: Path, extract: str, sender: str, day: date, rows: list[Row]) -> None:
        name = f"{sender or extract}_{day:%Y%m%d}.csv"
        path = inbox / extract / name
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = [
            name
            for name in self.sources[extract].columns
            if any(name in row.cells for row in self.tables[extract])
        ]
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(self.sources[extract].columns[column].headers[0] for column in columns)
            for number, row in enumerate(rows, start=1):
                writer.writerow(row.cells.get(column, "") for column in columns)
                self.whose[extract, name, number] = row.whose

    def rows_of(self, whose: str, *extracts: str) -> list[Row]:
        """The standing rows of a firm."""
        return [row for extract in extracts or EXTRACTS for row in self.tables[extract] if row.whose == whose]

    def append(self, extract: str, row: Row) -> None:
        """A new row of an extract that only grows."""
        self.tables[extract].append(row)
        self.fresh.setdefault(extract, []).append(row)

    def plant(self, night: int, whose: str, change: str, extract: str, told_of: str = "") -> None:
        """Notes what must be listed: on the first night on which the extract tells of it.

        Args:
            night: when it happens.
            whose: the firm that changes.
            change: what must be listed.
            extract: the extract that tells.
            told_of: the firm whose rows tell, if another.
        """
        column = self.sources[extract].sender
        rows = self.rows_of(told_of or whose, extract)
        [sender] = {row.cells[column] if column else "" for row in rows}
        while not self.is_sent(night, extract, sender):
            night += 1
        self.planted.append(Planted(night, whose, change))

    def coined(self) -> str:
        """A trade name that nobody has or had."""
        return self.names.pop()

    def pick(self, night: int, fits: Callable[[str], bool]) -> str:
        """A firm that fits and to which nothing else happened of late."""
        firms = {row.whose for rows in self.tables.values() for row in rows} - {""}
        rested = sorted(firm for firm in firms if night - self.touched.get(firm, -PEACE) >= PEACE)
        found = self.dice.choice([firm for firm in rested if fits(firm)])
        self.touched[found] = night
        return found


def text_of(value: Any, column: Column) -> str:
    """A typed cell as a department would write it."""
    if value is None:
        return ""
    if column.type == "enum":
        return column.values[value][0]
    if isinstance(value, bool):
        return "是" if value else "否"
    return "；".join(value) if isinstance(value, list) else str(value)


def start(sources: Mapping[str, Source], staged: Mapping[str, list[dict[str, Any]]], seed: int) -> Month:
    """The month's first tables: typed rows of a district, each with `whose`; amounts are left out.

    Args:
        sources: the declarations.
        staged: rows of each extract as ingest typed them.
        seed: chooses whom what happens to.
    """
    tables = {
        extract: [
            Row(
                row["whose"] or "",
                {
                    name: text_of(row[name] or row.get(f"{name}_partial"), column)
                    for name, column in sources[extract].columns.items()
                    if column.type != "number"
                },
            )
            for row in staged[extract]
        ]
        for extract in EXTRACTS
    }
    for row in tables["grid"]:
        short = next(name for name in sources["grid"].senders if name in row.cells["street"])
        row.cells["street"] = f"{short}街道"
    return Month(sources, tables, random.Random(seed))
