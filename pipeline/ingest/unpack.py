"""From a file of the inbox to its content: unzips, and tells by the content itself what kind it is."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Literal

from pipeline.ingest.refusal import Refused

Kind = Literal["text", "xlsx", "xls", "parquet"]
MAX_BYTES = 2 * 1024**3
_TOO_BIG = "解压后超过2GB，请拆分后重报"
# Real tables shrink to a tenth or a fiftieth; what shrinks further than this is no table.
_MAX_RATIO = 200
_SMALL = 64 * 1024**2
_OUT_OF_PROPORTION = "解压后的大小与压缩包不成比例，没有解压，请用未压缩的文件重报"
_STEP = 1 << 20
_BLANK = b"\x00\r\n\t "


def unpack(path: Path, scratch: Path) -> tuple[Kind, Path]:
    """The kind of a file's content, and the file that holds the content itself.

    Args:
        path: the file.
        scratch: where to put what a wrapper holds.

    Raises:
        Refused: for an empty file, a broken archive, one with several files, or one that inflates too far.
    """
    head = _head(path)
    if head.startswith(b"\x1f\x8b"):
        _read_gzip(path, scratch)
        path = scratch
    elif head.startswith(b"PK\x03\x04") and not _is_workbook(path):
        _read_zip(path, scratch)
        path = scratch
    if _is_blank(path):
        raise Refused("文件是空的，请核对后重报")
    return _kind(path), path


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _is_blank(path: Path) -> bool:
    with path.open("rb") as stream:
        while piece := stream.read(_STEP):
            if piece.strip(_BLANK):
                return False
    return True


def _kind(path: Path) -> Kind:
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):
        _guard_workbook(path)
        return "xlsx"
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls"
    return "parquet" if head.startswith(b"PAR1") else "text"


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused("文件（压缩包或XLSX）已损坏，请重新保存或压缩后重报") from None


def _is_workbook(path: Path) -> bool:
    with _open_zip(path) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _guard_workbook(path: Path) -> None:
    with _open_zip(path) as archive:
        _guard(archive.infolist())


def _guard(items: Sequence[zipfile.ZipInfo]) -> None:
    """Refuses by what the archive says of itself, before anything is inflated."""
    _bound(sum(item.file_size for item in items), sum(item.compress_size for item in items))


def _bound(size: int, packed: int) -> None:
    if size > MAX_BYTES:
        raise Refused(_TOO_BIG)
    if size > max(_SMALL, packed * _MAX_RATIO):
        raise Refused(_OUT_OF_PROPORTION)


def _read_zip(path: Path, scratch: Path) -> None:
    with _open_zip(path) as archive:
        items = [
            item
            for item in archive.infolist()
            if not item.is_dir() and not item.filename.startswith("__MACOSX")
        ]
        if len(items) != 1:
            raise Refused(f"压缩包内应只有1个文件，实有{len(items)}个，请分别上报")
        _guard(items)
        try:
            with archive.open(items[0]) as handle:
                _inflate(handle, items[0].compress_size, scratch)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            raise Refused("压缩包已损坏或有密码，请重新压缩后重报") from None


def _read_gzip(path: Path, scratch: Path) -> None:
    try:
        with gzip.open(path) as handle:
            _inflate(handle, path.stat().st_size, scratch)
    except (EOFError, zlib.error, OSError):
        raise Refused("压缩包已损坏，请重新压缩后重报") from None


def _inflate(handle: IO[bytes] | gzip.GzipFile, packed: int, scratch: Path) -> None:
    """Inflates step by step, and no further than the bounds and the disk allow."""
    size = 0
    with scratch.open("wb") as target:
        while piece := handle.read(_STEP):
            size += len(piece)
            _bound(size, packed)
            if size > shutil.disk_usage(scratch.parent).free:
                raise Refused("解压后的文件放不下，请系统管理员清理磁盘")
            target.write(piece)
