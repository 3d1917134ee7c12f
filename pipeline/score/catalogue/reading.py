"""Takes a catalogue file (CSV or XLSX) apart: items, and rows set aside with the reason."""

import calendar
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pipeline import workbook
from pipeline.errors import ConfigError
from pipeline.score.catalogue.model import CLASSES, KINDS, Item, SetAside, Table
from pipeline.score.catalogue.words import plain_word

HEADERS = {
    "class": ("类别", "目录类别", "类型", "分类", "所属类别", "class"),
    "number": ("条目编号", "编号", "条目号", "目录编号", "序号", "item_id", "number"),
    "text": ("内容", "条目内容", "条目", "项目内容", "条目名称", "名称", "item_zh", "text"),
    "codes": ("行业代码", "国民经济行业代码", "gb/t4754", "codes"),
    "process": ("工艺关键词", "工艺", "生产工艺", "工艺名称", "process"),
    "product": ("产品关键词", "产品", "产品名称", "product"),
    "equipment": ("设备关键词", "设备", "装备", "装备关键词", "主要设备", "equipment"),
    "exclusions": ("排除词", "除外词", "例外词", "除外", "exclusions"),
    "due": ("限期", "期限", "淘汰期限", "淘汰限期", "截止日期", "due"),
}
_REQUIRED = ("class", "number", "text")
_CLASS_WORDS = {
    **{f"{word}{end}": name for name, word in CLASSES.items() for end in ("", "类", "发展", "发展类")},
    **{name: name for name in CLASSES},
}
_SEARCHED_ROWS = 30
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # XLSX, XLS
_NEW_CODES = date(2017, 10, 1)  # GB/T 4754-2017 replaced GB/T 4754-2011
_PARTS = re.compile(r"[;,、|\n]+")
_YEAR_END = re.compile(r"(\d{4})年?(?:底|末)?(?:前|以前|之前)?")
_MONTH_END = re.compile(r"(\d{4})年(\d{1,2})月(?:底|末)?(?:前|以前|之前)?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:前|以前|之前)?")
Row = tuple[int, list[str]]


class _Unusable(ValueError):
    """A row that cannot be compared with: why, and the mend."""


def read_table(data: bytes, file: str, valid_from: date) -> Table:
    """Reads a catalogue file.

    Args:
        data: its bytes.
        file: its name, for messages.
        valid_from: the edition's first day; codes without an edition are of the standard in force then.

    Raises:
        ConfigError: if it cannot be read, has no header, or lacks usable items for one of the clauses.
    """
    sheets = _sheet_rows(data, file) if data.startswith(_WORKBOOKS) else _text_rows(data)
    header, places, body = _find_header(sheets, file)
    table = _table(body, places, _code_edition(header, places, valid_from))
    _refuse_half(table, file)
    return table


def _refuse_half(table: Table, file: str) -> None:
    """A table without items of one class would let every firm pass as clear of it."""
    held = {item.item_class for item in table.items}
    missing = [
        words
        for words, names in (("限制", {"restricted"}), ("禁止 or 淘汰", {"prohibited", "eliminated"}))
        if not held & names
    ]
    if missing:
        first = f" ({table.set_aside[0].sentence(file)})" if table.set_aside else ""
        raise ConfigError(
            f"there is no usable item of the class {' and '.join(missing)}{first}",
            where=file,
            mend="fill in 类别, 条目编号, 内容 and keywords as the template shows",
        )


def _sheet_rows(data: bytes, file: str) -> list[list[Row]]:
    try:
        grids = [_filled(sheet) for sheet in workbook.read_sheets(io.BytesIO(data))]
    except workbook.Unreadable as problem:
        raise ConfigError(
            "this workbook cannot be opened", where=file, mend="save it anew as XLSX without a password"
        ) from problem
    return [[(number, [_cell(cell) for cell in row]) for number, row in enumerate(grid, 1)] for grid in grids]


def _filled(sheet: workbook.Sheet) -> workbook.Grid:
    """A sheet's cells; a merged cell's value stands in each of its rows."""
    grid = sheet.grid
    for (top, left), (bottom, right) in sheet.merged:
        if right > left:
            continue  # a title across the sheet
        for row in range(top + 1, min(bottom + 1, len(grid))):
            grid[row][left] = grid[row][left] or grid[top][left]
    return grid


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _text_rows(data: bytes) -> list[list[Row]]:
    text = _decoded(data)
    lines = text.splitlines()[:_SEARCHED_ROWS]
    header = next((line for line in lines if HEADERS["class"][0] in line), text[:4000])
    delimiter = max(",\t;", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]]


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _find_header(sheets: list[list[Row]], file: str) -> tuple[list[str], dict[str, int], list[Row]]:
    """The first line of any sheet that names the required columns; then the rows below it."""
    for rows in sheets:
        for position, (_, cells) in enumerate(rows[:_SEARCHED_ROWS]):
            places = _places(cells)
            if all(name in places for name in _REQUIRED):
                return cells, places, rows[position + 1 :]
    raise ConfigError(
        f"no line of the first {_SEARCHED_ROWS} has the columns 类别, 条目编号 and 内容",
        where=file,
        mend="give it the headers of `catalogue export-template`",
    )


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Column → position; of two cells for one column the first alias wins, then the left one."""
    found: dict[str, tuple[int, int]] = {}
    for position, cell in enumerate(cells):
        bare = re.sub(r"[(\[].*?[)\]]|[*:]", "", plain_word(cell))
        bare = re.sub(r"(gb/t4754-?)?(2011|2017)年?版?$", "", bare) or bare
        for name, aliases in HEADERS.items():
            if bare in aliases:
                found[name] = min(found.get(name, (99, 0)), (aliases.index(bare), position))
    return {name: place for name, (_, place) in found.items()}


def _code_edition(header: list[str], places: dict[str, int], valid_from: date) -> str:
    told = re.search(r"2011|2017", header[places["codes"]]) if "codes" in places else None
    return told[0] if told else "2011" if valid_from < _NEW_CODES else "2017"


def _table(body: list[Row], places: dict[str, int], code_edition: str) -> Table:
    items: list[Item] = []
    aside: list[SetAside] = []
    heading, seen = "", set()
    for number, cells in body:
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        named = _heading(filled)
        if named:
            heading = named
            continue
        try:
            item = _item(number, _Cells(cells, places), heading, code_edition)
            if (item.item_class, item.number) in seen:
                raise _Unusable("条目编号重复", "改正编号，同一类别内不得重复")
        except _Unusable as problem:
            aside.append(SetAside(number, tuple(cells), *problem.args))
            continue
        seen.add((item.item_class, item.number))
        items.append(item)
    return Table(tuple(items), tuple(aside))


class _Cells:
    """A row's cells by column name; an absent column is blank."""

    def __init__(self, cells: list[str], places: dict[str, int]) -> None:
        self._cells, self._places = cells, places

    def __getitem__(self, name: str) -> str:
        place = self._places.get(name)
        return self._cells[place] if place is not None and place < len(self._cells) else ""


def _heading(filled: list[str]) -> str:
    """The class that a line names which holds nothing else (一、限制发展类)."""
    bare = re.sub(r"^[一二三四五六七八九十\d]+[、.]", "", plain_word(filled[0]))
    return _CLASS_WORDS.get(bare, "") if len(filled) == 1 else ""


def _item(row: int, cells: _Cells, heading: str, code_edition: str) -> Item:
    item_class = _CLASS_WORDS.get(plain_word(cells["class"]), "") if cells["class"] else heading
    if not item_class:
        raise _Unusable("类别不是限制、禁止、淘汰之一", "只填限制、禁止或淘汰；鼓励类、允许类不需导入")
    for name in ("number", "text"):
        if not cells[name]:
            raise _Unusable(f"{HEADERS[name][0]}为空", "照目录原文补填")
    words = {kind: _words(cells[kind], f"{word}关键词") for kind, word in KINDS.items()}
    if not any(words.values()):
        raise _Unusable("没有任何关键词，无法比对", "至少填工艺、产品、设备关键词中的一栏")
    codes = _codes(cells["codes"])
    return Item(
        row=row,
        item_class=item_class,
        number=cells["number"],
        text=cells["text"],
        words=words,
        exclusions=_words(cells["exclusions"], "排除词"),
        codes={code_edition: codes} if codes else {},
        due_on=_due(cells["due"]),
    )


def _parts(cell: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", cell)
    return (part.strip() for part in _PARTS.split(plain) if part.strip())


def _words(cell: str, column: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(plain_word(part) for part in _parts(cell)))
    for word in words:
        if len(word) < (3 if word.isascii() else 2):
            raise _Unusable(f"{column}“{word}”太短，会误中无关内容", "写完整的词，如“电镀”而不是“镀”")
    return words


def _codes(cell: str) -> tuple[str, ...]:
    found = []
    for part in _parts(cell):
        match = re.fullmatch(r"[A-Ta-t]?(\d{2,4})", part)
        if not match:
            raise _Unusable(f"行业代码“{part}”无法识别", "填GB/T 4754的二至四位数字，多个用分号隔开")
        found.append(match[1])
    return tuple(dict.fromkeys(found))


def _due(cell: str) -> date | None:
    """The last day of a term: a day, the end of a month, or the end of a year."""
    text = plain_word(cell)
    try:
        if not text:
            return None
        if match := _DAY.fullmatch(text):
            return date(*(int(part) for part in match.groups()))
        if re.fullmatch(r"\d{8}", text):
            return datetime.strptime(text, "%Y%m%d").date()
        if match := _MONTH_END.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            return date(year, month, calendar.monthrange(year, month)[1])
        if match := _YEAR_END.fullmatch(text):
            return date(int(match[1]), 12, 31)
    except ValueError:
        pass
    raise _Unusable(f"限期“{cell}”无法识别", "写成2018-12-31、2018年6月底或2018年底")
