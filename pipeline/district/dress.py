"""From canonical values to the cells that a department typed: words, dates, numbers, fillers, damage."""

from typing import Any

import numpy as np

from pipeline.declaration import Column, Source
from pipeline.district.draw import Days, Dice, Flags, Floats, Objects, choose, nothing, objects, present
from pipeline.district.style import DATE_FORMS, MONEY, Heading, Style
from pipeline.district.table import Rows
from pipeline.district.world import World

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_EPOCH = np.datetime64("1899-12-30", "D")
_BAD_DAYS = ("2017-02-30", "待定", "2017-13-05", "0000-00-00", "")


def cells(
    dice: Dice, world: World, source: Source, rows: Rows, style: Style
) -> tuple[dict[str, Objects], Flags]:
    """All cells as texts, and which rows are broken.

    Returns:
        Header → texts, in the file's order; and the rows that lack what is required.
    """
    spoilt = _spoil(dice, source, rows)
    broken = rows.broken.copy()
    out: dict[str, Objects] = {}
    for heading in style.headings:
        if not heading.name:
            out[heading.text] = _own(dice, world, rows, heading.text)
            continue
        column = source.columns[heading.name]
        key = heading.name in source.key
        texts, missing = _column(dice, column, rows.columns[heading.name], style, heading, key)
        if column.required:
            hit = spoilt == heading.name
            texts = choose(hit, _nonsense(dice, column, style, len(rows)), texts)
            broken |= hit | missing
        out[heading.text] = texts
    return out, broken


def _spoil(dice: Dice, source: Source, rows: Rows) -> Objects:
    """For a few rows, the required column that somebody left empty or filled with nonsense."""
    required = [name for name, column in source.columns.items() if column.required and name in rows.columns]
    n = len(rows)
    out = nothing(n)
    if required and n >= 60:
        hit = dice.chance(0.003, n)
        hit[int(dice.whole(0, n - 1, 1)[0])] = True
        out = choose(hit, dice.pick(required, n), out)
    return out


def _nonsense(dice: Dice, column: Column, style: Style, n: int) -> Objects:
    words = _BAD_DAYS if column.type == "date" else ("", style.filler or "-", "无")
    return dice.pick(words, n)


def _column(
    dice: Dice, column: Column, values: Any, style: Style, heading: Heading, key: bool
) -> tuple[Objects, Flags]:
    """The texts of one column, and where nothing was known."""
    if column.type == "date":
        missing = np.isnat(values)
        texts = dates(dice, values, style.date_form, 0.0 if key else 0.04)
    elif column.type == "number":
        missing = np.isnan(values)
        texts = numbers(dice, column, values, style, heading.unit)
    else:
        missing = ~present(values) | (values == "")
        texts = _words(dice, column, values, style, key)
    if heading.name == "valid_to":
        return choose(missing, "9999-9-9", texts), missing
    filler = choose(dice.chance(0.5, len(missing)), style.filler, "")
    return choose(missing, "" if column.type == "bool" else filler, texts), missing


def _words(dice: Dice, column: Column, values: Objects, style: Style, key: bool) -> Objects:
    if column.type == "enum":
        return _synonyms(dice, column, values, key)
    if column.type == "bool":
        yes, no = style.bools
        return choose(np.equal(values, True), yes, no)
    if column.type == "period":
        return _periods(dice, values)
    if column.list is not None or column.type == "code":
        return values
    return _text(dice, values)


def _text(dice: Dice, values: Objects) -> Objects:
    """Free text with, very seldom, a line break or a blank that nobody sees."""
    out = values.copy()
    for i in np.flatnonzero(dice.chance(0.0012, len(out))).tolist():
        text = out[i]
        if text and len(text) > 8:
            out[i] = text[:-4] + ("\n", "\u200b", "\u00a0")[i % 3] + text[-4:]
    return out


def _synonyms(dice: Dice, column: Column, values: Objects, key: bool) -> Objects:
    """The department's word, mostly one and the same; now and then one that no vocabulary holds."""
    n = len(values)
    out = nothing(n)
    for word, synonyms in column.values.items():
        usual = synonyms[int(dice.index(len(synonyms), 1, [1 / (1 + i) for i in range(len(synonyms))])[0])]
        chosen = choose(dice.chance(0.07, n), dice.pick(synonyms, n), usual)
        out = choose(np.equal(values, word), chosen, out)
    strange = dice.chance(0.0 if key or column.required else 0.002, n) & present(out)
    return choose(strange, dice.pick(["其它情形", "待核", "见备注"], n), out)


def _periods(dice: Dice, values: Objects) -> Objects:
    """2016Q4 or 2016年第四季度; 2017-02, 201702 or 2017年2月; one form a file."""
    way = int(dice.whole(0, 2, 1)[0])
    known = {value: _period(value, way) for value in set(values.tolist())}
    return objects([known[v] for v in values.tolist()])


def _period(value: str, way: int) -> str:
    if "Q" in value:
        year, quarter = value.split("Q")
        return (value, f"{year}年第{'一二三四'[int(quarter) - 1]}季度", value)[way]
    year, month = value.split("-")
    return (value, f"{year}年{int(month)}月", year + month)[way]


def dates(dice: Dice, days: Days, form: str, mixed: float) -> Objects:
    """Days in the file's form, a share of them in another one."""
    known, place = np.unique(days, return_inverse=True)
    forms = [form, *(DATE_FORMS[i] for i in dice.whole(0, len(DATE_FORMS) - 1, 2).tolist())]
    table = [objects([_day(day, f) for day in known]) for f in forms]
    way = np.where(dice.chance(mixed, len(days)), dice.whole(1, 2, len(days)), 0)
    out = table[0][place]
    for turn in (1, 2):
        out = choose(way == turn, table[turn][place], out)
    return out


def _day(day: np.datetime64, form: str) -> str | None:
    if np.isnat(day):
        return None
    y, m, d = str(day).split("-")
    if form == "serial":
        return str(int((day - _EPOCH).astype(int)))
    return {
        "0-0-0": f"{y}-{m}-{d}",
        "d-m-d": f"{y}-{int(m)}-{int(d)}",
        "d/d/d": f"{y}/{int(m)}/{int(d)}",
        "compact": y + m + d,
        "dots": f"{y}.{int(m)}.{int(d)}",
        "chinese": f"{y}年{int(m)}月{int(d)}日",
        "stamp": f"{y}-{m}-{d} 00:00:00",
        "midnight": f"{y}-{int(m)}-{int(d)} 0:00:00",
    }[form]


def numbers(dice: Dice, column: Column, values: Floats, style: Style, unit: str) -> Objects:
    """Numbers in the header's unit; a few with the unit in the cell, in full width, or in brackets."""
    if column.unit in MONEY and unit in MONEY:
        values = np.round(values * (MONEY[column.unit] / MONEY[unit]), 6)
    shape = "{:,.6f}" if style.thousands else "{:.6f}"
    known, place = np.unique(values, return_inverse=True)
    texts = objects([None if np.isnan(v) else _trimmed(shape.format(v)) for v in known])[place]
    for i in np.flatnonzero(dice.chance(0.004, len(texts)) & ~np.isnan(values)).tolist():
        text = texts[i]
        if text.startswith("-"):
            texts[i] = f"({text[1:]})" if i % 2 else f"（{text[1:]}）"
        elif unit in MONEY and i % 2:
            texts[i] = text + unit
        else:
            texts[i] = text.translate(_WIDE)
    return texts


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".")


def _own(dice: Dice, world: World, rows: Rows, header: str) -> Objects:
    """Columns of the department's own: a running number, remarks, a time."""
    n = len(rows)
    if header == "序号":
        return objects([str(i + 1) for i in range(n)])
    if header != "备注":
        return np.full(n, str(world.as_of), dtype=object)
    remark = choose(
        dice.chance(0.03, n), dice.pick(["已电话核实", "见附件", "与去年相同", "待补资料"], n), ""
    )
    known = dice.chance(0.002, n) & (rows.entity >= 0)
    number = world.people.number[world.firms.person[np.maximum(rows.entity, 0)]]
    return choose(known, "负责人身份证" + number, remark)
