"""From a file's bytes to its content: unzips, and tells by the content itself what kind it is."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Sequence
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


def unpack(name: str, data: bytes) -> tuple[Kind, bytes]:
    """The kind of a file's content, and the content itself.

    Args:
        name: the file's name; its suffix says whether a zip is a wrapper or a workbook.
        data: the file's bytes.

    Raises:
        Refused: for an empty file, a broken archive, one with several files, or one that inflates too far.
    """
    if data[:2] == b"\x1f\x8b":
        data = _read_gzip(data)
    elif data[:4] == b"PK\x03\x04" and not _is_workbook(data):
        data = _read_zip(data)
    if not data.strip(b"\x00\r\n\t "):
        raise Refused("文件是空的，请核对后重报")
    return _kind(data), data


def _kind(data: bytes) -> Kind:
    if data[:4] == b"PK\x03\x04":
        _guard_workbook(data)
        return "xlsx"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls"
    if data[:4] == b"PAR1":
        return "parquet"
    return "text"


def _open_zip(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused("文件（压缩包或XLSX）已损坏，请重新保存或压缩后重报") from None


def _is_workbook(data: bytes) -> bool:
    with _open_zip(data) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _guard_workbook(data: bytes) -> None:
    with _open_zip(data) as archive:
        _guard(archive.infolist())


def _guard(items: Sequence[zipfile.ZipInfo]) -> None:
    """Refuses by what the archive says of itself, before anything is inflated."""
    _bound(sum(item.file_size for item in items), sum(item.compress_size for item in items))


def _bound(size: int, packed: int) -> None:
    if size > MAX_BYTES:
        raise Refused(_TOO_BIG)
    if size > max(_SMALL, packed * _MAX_RATIO):
        raise Refused(_OUT_OF_PROPORTION)


def _read_zip(data: bytes) -> bytes:
    with _open_zip(data) as archive:
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
                return _read_bounded(handle, items[0].compress_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            raise Refused("压缩包已损坏或有密码，请重新压缩后重报") from None


def _read_gzip(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as handle:
            return _read_bounded(handle, len(data))
    except (EOFError, zlib.error, OSError):
        raise Refused("压缩包已损坏，请重新压缩后重报") from None


def _read_bounded(handle: IO[bytes] | gzip.GzipFile, packed: int) -> bytes:
    """Inflates step by step, and no further than the bounds."""
    content = bytearray()
    while piece := handle.read(_STEP):
        content += piece
        _bound(len(content), packed)
    return bytes(content)
