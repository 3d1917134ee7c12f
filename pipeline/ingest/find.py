"""Which files of an extract the night sees: `<inbox>/<extract>/<anything>_<YYYYMMDD>.<suffix>`.

The inbox is written by others: nothing in it leads elsewhere, and a name is only ever a word.
"""

import os
import re
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BufferedReader
from pathlib import Path

from pipeline.errors import spelt_out

_NAME = re.compile(
    r".+_(?P<day>\d{8})(?P<suffix>\.(?:csv|txt|xlsx|xls|parquet)(?:\.gz|\.zip)?|\.zip|\.gz)", re.IGNORECASE
)
_DATED = re.compile(r".*_(?P<day>\d{8})(?:\.[^_]*)?", re.DOTALL)
_TEMPORARY = re.compile(
    r"~\$.*|\..*|.*\.(?:tmp|part|crdownload|swp)|.*~|thumbs\.db|desktop\.ini", re.IGNORECASE
)
_NO_FILE = "这是链接、文件夹或特殊文件，没有读取，请把文件本身放进来后重报"
_SHUT = "收件夹没有读取权限，其中的文件没有读取，请系统管理员开放读取权限"


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox.

    Attributes:
        name: the file's name inside the extract's folder, with all suffixes, as it can be shown.
        path: where it lies.
        extract_date: the day in its name; None if there is none.
        refusal: why the name alone rules it out, one sentence in Chinese; None if it does not.
    """

    name: str
    path: Path
    extract_date: date | None
    refusal: str | None = None


def find_files(folder: Path, as_of: date) -> list[InboxFile]:
    """The files of one extract that as-of may see, by name; temporary and hidden ones are passed over.

    Links, devices and pipes are refused by name and never opened; so is a folder that is named like a file.
    """
    if not folder.is_dir():
        return []
    try:
        paths = sorted(p for p in folder.iterdir() if not _TEMPORARY.fullmatch(p.name))
    except OSError:
        return [InboxFile(shown_name(folder.name), folder, None, _SHUT)]
    files = [_look(path) for path in paths if _wanted(path)]
    return [item for item in _told_apart(files) if item.extract_date is None or item.extract_date <= as_of]


def shown_name(name: str) -> str:
    """A name of the inbox as it can be shown and stored: one line, nothing invisible, no broken bytes.

    What a Windows machine wrote in GB 18030 is read so; what cannot be seen is spelt out (`\\u202e`).
    """
    data = os.fsencode(name)
    for codec in ("utf-8", "gb18030"):
        try:
            return spelt_out(data.decode(codec)).replace("\n", "\\u000a")
        except UnicodeDecodeError:
            continue
    return spelt_out(data.decode("utf-8", errors="backslashreplace")).replace("\n", "\\u000a")


def open_file(path: Path) -> BufferedReader:
    """Opens what is a file itself; a link, a pipe or a device is not followed or waited for.

    Raises:
        OSError: if it is no file, or cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("no file")
    return os.fdopen(handle, "rb")


def _told_apart(files: Sequence[InboxFile]) -> list[InboxFile]:
    """Where two names would be shown alike, those in other bytes are spelt byte by byte."""
    times = Counter(item.name for item in files)
    return [
        item
        if times[item.name] == 1 or item.name == item.path.name
        else replace(item, name=ascii(os.fsencode(item.path.name))[2:-1])
        for item in files
    ]


def _mode(path: Path) -> int:
    """What kind of thing lies there, a link not followed; what cannot be looked at is taken for a file."""
    try:
        return path.lstat().st_mode
    except OSError:
        return stat.S_IFREG


def _wanted(path: Path) -> bool:
    return not stat.S_ISDIR(_mode(path)) or _NAME.fullmatch(path.name) is not None


def _look(path: Path) -> InboxFile:
    name = shown_name(path.name)
    dated = _DATED.fullmatch(name)
    day = _day(dated["day"]) if dated else None
    if not stat.S_ISREG(_mode(path)):
        return InboxFile(name, path, day, _NO_FILE)
    if day is None:
        why = "文件名末尾没有有效日期，请改名为“名称_年月日8位.csv”后重报"
        return InboxFile(name, path, None, why)
    if not _NAME.fullmatch(name):
        why = "不支持这种文件类型，请另存为 csv、txt、xlsx、xls 或 parquet 后重报"
        return InboxFile(name, path, day, why)
    return InboxFile(name, path, day)


def _day(digits: str) -> date | None:
    try:
        return datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        return None
