"""An empty catalogue to fill in: a workbook with a sheet that explains and a sheet with the columns."""

import csv
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.errors import ConfigError
from pipeline.score.catalogue.model import CLASSES, TITLE

NOTICE = Path(__file__).parent / "template_notice.csv"
COLUMNS = {
    "类别": 8, "条目编号": 12, "内容": 48, "行业代码（2011）": 18, "工艺关键词": 24, "产品关键词": 24,
    "设备关键词": 24, "排除词": 24, "限期": 14,
}  # fmt: skip
_ROWS = 1000
_FONT = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "top"}
_MADE = datetime.combine(date(2017, 1, 1), time())  # so that the bytes repeat


def write_template(path: Path) -> None:
    """Writes the empty table.

    Raises:
        ConfigError: if the folder cannot be written to.
    """
    try:
        with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
            book.set_properties({"title": TITLE, "created": _MADE})
            _explain(book)
            _columns(book)
    except (OSError, xlsxwriter.exceptions.FileCreateError):
        raise ConfigError(
            "no file can be made here", where=str(path), mend="name another with --out"
        ) from None


def _explain(book: Any) -> None:
    page = book.add_worksheet("填写说明")
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 100)
    head, text = book.add_format({**_FONT, "bold": True}), book.add_format(_FONT)
    title = book.add_format({"font_name": "宋体", "bold": True, "font_size": 16})
    page.write_string(0, 0, f"{TITLE}：导入用表", title)
    with NOTICE.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle), start=1):
            page.write_string(number, 0, row["heading"], head)
            page.write_string(number, 1, row["sentence"], text)


def _columns(book: Any) -> None:
    page = book.add_worksheet("目录")
    head = book.add_format({**_FONT, "bold": True, "bg_color": "#D9D9D9", "border": 1})
    text = book.add_format({**_FONT, "num_format": "@"})
    for position, (name, width) in enumerate(COLUMNS.items()):
        page.set_column(position, position, width, text)
        page.write_string(0, position, name, head)
    page.freeze_panes(1, 2)
    choice = {"validate": "list", "source": list(CLASSES.values()), "error_message": "请从下拉列表中选择"}
    page.data_validation(1, 0, _ROWS, 0, choice)
