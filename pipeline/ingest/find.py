"""Which files of an extract the night sees: `<inbox>/<extract>/<anything>_<YYYYMMDD>.<suffix>`."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

_NAME = re.compile(
    r".+_(?P<day>\d{8})(?P<suffix>\.(?:csv|txt|xlsx|xls|parquet)(?:\.gz|\.zip)?|\.zip|\.gz)", re.IGNORECASE
)
_DATED = re.compile(r".*_(?P<day>\d{8})(?:\.[^_]*)?", re.DOTALL)
_TEMPORARY = re.compile(
    r"~\$.*|\..*|.*\.(?:tmp|part|crdownload|swp)|.*~|thumbs\.db|desktop\.ini", re.IGNORECASE
)


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox.

    Attributes:
        name: the file's name inside the extract's folder, with all suffixes.
        path: where it lies.
        extract_date: the day in its name; None if there is none.
        refusal: why the name alone rules it out, one sentence in Chinese; None if it does not.
    """

    name: str
    path: Path
    extract_date: date | None
    refusal: str | None = None


def find_files(folder: Path, as_of: date) -> list[InboxFile]:
    """The files of one extract that as-of may see, by name; temporary and hidden ones are passed over."""
    if not folder.is_dir():
        return []
    paths = sorted(p for p in folder.iterdir() if p.is_file() and not _TEMPORARY.fullmatch(p.name))
    files = [_look(path) for path in paths]
    return [item for item in files if item.extract_date is None or item.extract_date <= as_of]


def _look(path: Path) -> InboxFile:
    dated = _DATED.fullmatch(path.name)
    day = _day(dated["day"]) if dated else None
    if day is None:
        why = "文件名末尾没有有效日期，请改名为“名称_年月日8位.csv”后重报"
        return InboxFile(path.name, path, None, why)
    if not _NAME.fullmatch(path.name):
        why = "不支持这种文件类型，请另存为 csv、txt、xlsx、xls 或 parquet 后重报"
        return InboxFile(path.name, path, day, why)
    return InboxFile(path.name, path, day)


def _day(digits: str) -> date | None:
    try:
        return datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        return None
