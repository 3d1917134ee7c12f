"""How one file is kept: its form, encoding, headers, and the habits of the hand that filled it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.declaration import Column, Source
from pipeline.district.draw import Dice
from pipeline.district.world import Batch

MONEY = {"元": 1.0, "千元": 1_000.0, "万元": 10_000.0, "亿元": 100_000_000.0}
DATE_FORMS = ("d-m-d", "0-0-0", "d/d/d", "compact", "dots", "chinese", "stamp", "midnight", "serial")
_DATE_WEIGHTS = (16, 30, 16, 9, 8, 8, 5, 3, 5)
_FILLERS = ("", "-", "无", "不详", "暂无", "NULL", "N/A")
_FILLER_WEIGHTS = (55, 12, 10, 7, 8, 4, 4)
_MAX_XLSX_ROWS = 60_000


@dataclass(frozen=True)
class Heading:
    """One column of a file: canonical name (empty: one of the department's own), header, unit in it."""

    name: str
    text: str
    unit: str


@dataclass(frozen=True)
class Style:
    """One file's look.

    Attributes:
        form: `csv`, `txt`, `csv.gz`, `csv.zip`, `xlsx`, `parquet`.
        encoding: Python's name of it.
        delimiter: between fields.
        line_end: after a line.
        headings: the columns, in the file's order.
        titles: lines above the header.
        totals: a 合计 line below.
        footer: lines below that.
        blanks: blank lines inside and at the end.
        date_form: one of `DATE_FORMS`.
        filler: what stands where nothing is known, beside empty cells.
        thousands: numbers have separators.
        bools: the words for true and false.
    """

    form: str
    encoding: str
    delimiter: str
    line_end: str
    headings: tuple[Heading, ...]
    titles: tuple[str, ...]
    totals: bool
    footer: tuple[str, ...]
    blanks: bool
    date_form: str
    filler: str
    thousands: bool
    bools: tuple[str, str]


def draw(dice: Dice, source: Source, batch: Batch) -> Style:
    """The look of a batch's file."""
    form = batch.form or str(
        dice.pick(["csv", "txt", "xlsx", "csv.gz", "csv.zip"], 1, (58, 12, 6, 12, 12))[0]
    )
    if form == "xlsx" and len(batch.rows) > _MAX_XLSX_ROWS:
        form = "csv"
    bare = form == "parquet"
    encoding = str(dice.pick(["gb18030", "utf-8-sig", "utf-8", "utf-16"], 1, (50, 22, 18, 10))[0])
    wanted = (",", "\t", ";", "|")[int(dice.index(4, 1, (1, 6, 1, 2) if form == "txt" else (88, 4, 4, 4))[0])]
    present = [name for name in source.columns if name in batch.rows.columns]
    return Style(
        form=form,
        encoding=encoding,
        delimiter=wanted,
        line_end=str(dice.pick(["\r\n", "\n"], 1, (7, 3))[0]),
        headings=_headings(dice, source, present),
        titles=() if bare else _titles(dice, source, batch),
        totals=not bare and bool(dice.chance(0.45, 1)[0]),
        footer=() if bare else _footer(dice, source, batch),
        blanks=not bare and bool(dice.chance(0.35, 1)[0]),
        date_form=str(dice.pick(DATE_FORMS, 1, _DATE_WEIGHTS)[0]),
        filler=str(dice.pick(_FILLERS, 1, _FILLER_WEIGHTS)[0]),
        thousands=bool(dice.chance(0.12, 1)[0]),
        bools=(("是", "否"), ("是", "否"), ("Y", "N"), ("1", "0"), ("√", ""), ("true", "false"))[
            int(dice.whole(0, 5, 1)[0])
        ],
    )


def _headings(dice: Dice, source: Source, present: list[str]) -> tuple[Heading, ...]:
    """A header for each column, no two alike; now and then one optional column is missing."""
    spare = [n for n in present if not _needed(source, n)]
    if spare and dice.chance(0.15, 1)[0]:
        present = [n for n in present if n != spare[int(dice.whole(0, len(spare) - 1, 1)[0])]]
    out: list[Heading] = []
    for name in present:
        column = source.columns[name]
        others = {h for other in present if other != name for h in source.columns[other].headers}
        free = [h for h in column.headers if h not in others] or [column.headers[0]]
        chosen = free[0] if dice.chance(0.55, 1)[0] else free[int(dice.whole(0, len(free) - 1, 1)[0])]
        out.append(_decorated(dice, name, column, chosen))
    if dice.chance(0.3, 1)[0]:
        out = [out[i] for i in dice.rng.permutation(len(out)).tolist()]
    return (*_extra(dice, "序号", 0.6), *out, *_extra(dice, "备注", 0.35), *_extra(dice, "数据更新时间", 0.1))


def _needed(source: Source, name: str) -> bool:
    column = source.columns[name]
    return (
        column.required
        or name in source.key
        or name == source.sender
        or not (column.use == "context" or column.role == "phone")
    )


def _extra(dice: Dice, text: str, share: float) -> Iterator[Heading]:
    if dice.chance(share, 1)[0]:
        yield Heading("", text, "")


def _decorated(dice: Dice, name: str, column: Column, header: str) -> Heading:
    """The header with a unit, a star, blanks or other brackets."""
    unit = column.unit or ""
    bare = header.split("（")[0] if unit and header.endswith("）") else header
    in_header = unit if bare != header else ""
    if unit and dice.chance(0.4, 1)[0]:
        in_header = _other_unit(dice, unit)
        header = f"{bare}（{in_header}）"
    way = int(dice.index(6, 1, (76, 8, 4, 4, 4, 4))[0])
    text = (
        header,
        "*" + header,
        f" {header} ",
        header[:1] + " " + header[1:],
        header.replace("（", "(").replace("）", ")"),
        header + "　",
    )[way]
    return Heading(name, text, in_header or unit)


def _other_unit(dice: Dice, unit: str) -> str:
    if unit not in MONEY or dice.chance(0.5, 1)[0]:
        return unit
    return str(dice.pick(["元", "千元", "万元"], 1)[0])


def _titles(dice: Dice, source: Source, batch: Batch) -> tuple[str, ...]:
    lines = (
        f"罗湖区{source.title.split('（')[0]}台账",
        f"填报单位：{source.department.split('（')[0]}",
        f"截至日期：{batch.cut}",
    )
    return lines[: int(dice.index(4, 1, (48, 26, 12, 14))[0])]


def _footer(dice: Dice, source: Source, batch: Batch) -> tuple[str, ...]:
    lines = ("填表人：", f"填报单位：{source.department.split('（')[0]}　　日期：{batch.cut}")
    return lines[: int(dice.index(3, 1, (66, 14, 20))[0])]
