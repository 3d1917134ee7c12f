"""From a file of the inbox to its content: unzips as it reads, and tells by the content what kind it is.

What stands packed is never written down unpacked: identity numbers are not masked yet.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Literal

from pipeline.ingest.find import open_file
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
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


class _Content(io.RawIOBase):
    """What a wrapper holds, read from its beginning; refused where it inflates too far or breaks off.

    Args:
        handle: the unpacked stream.
        packed: bytes of the packed one.
    """

    def __init__(self, handle: IO[bytes] | gzip.GzipFile, packed: int) -> None:
        self._handle, self._packed = handle, packed
        self._ahead, self._size = b"", 0

    def peek(self, size: int) -> bytes:
        """The next bytes, which the next read gives again."""
        while len(self._ahead) < size and (piece := self._pull(size)):
            self._ahead += piece
        return self._ahead[:size]

    def read(self, size: int = -1) -> bytes:
        """The next bytes, fewer only at the end; all that is left without a size."""
        pieces, wanted = [self._ahead], size - len(self._ahead) if size >= 0 else _STEP
        while wanted > 0 and (piece := self._pull(min(wanted, _STEP) if size >= 0 else _STEP)):
            pieces.append(piece)
            wanted -= len(piece) if size >= 0 else 0
        data = b"".join(pieces)
        cut = len(data) if size < 0 else size
        self._ahead = data[cut:]
        return data[:cut]

    def _pull(self, size: int) -> bytes:
        try:
            piece = self._handle.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            raise Refused("压缩包已损坏或有密码，请重新压缩后重报") from None
        self._size += len(piece)
        _bound(self._size, self._packed)
        return piece


@contextmanager
def content(path: Path) -> Iterator[tuple[Kind, BinaryIO]]:
    """Opens the content of a file, unpacked: its kind, and a stream of its bytes.

    A text is a stream to be read once; a workbook or a Parquet file can be read anywhere.

    Raises:
        Refused: for an empty file, a broken archive, one with several files, or one that inflates too far.
    """
    with ExitStack() as open_files:
        stream: BinaryIO = open_files.enter_context(open_file(path))
        head = _head(stream)
        wrapped = head.startswith(_GZIP) or (head.startswith(_ZIP) and not _is_workbook(stream))
        if wrapped:
            inner = _open_gzip(stream, path) if head.startswith(_GZIP) else _open_zipped(stream, open_files)
            head = inner.peek(_STEP)
            _refuse_blank(head, is_all=len(head) < _STEP)
            # Only a text can be read as it comes.
            stream = inner if _kind(head) == "text" else io.BytesIO(inner.read())  # type: ignore[assignment]
        else:
            _refuse_blank_file(stream)
        kind = _kind(head)
        if kind == "xlsx":
            _guard(_members(stream))
            stream.seek(0)
        yield kind, stream


def _head(stream: BinaryIO) -> bytes:
    head = stream.read(8)
    stream.seek(0)
    return head


def _refuse_blank_file(stream: BinaryIO) -> None:
    while piece := stream.read(_STEP):
        if piece.strip(_BLANK):
            stream.seek(0)
            return
    _refuse_blank(b"", is_all=True)


def _refuse_blank(head: bytes, *, is_all: bool) -> None:
    if is_all and not head.strip(_BLANK):
        raise Refused("文件是空的，请核对后重报")


def _kind(head: bytes) -> Kind:
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    return "parquet" if head.startswith(b"PAR1") else "text"


def _members(stream: BinaryIO) -> list[zipfile.ZipInfo]:
    try:
        return zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused("文件（压缩包或XLSX）已损坏，请重新保存或压缩后重报") from None


def _is_workbook(stream: BinaryIO) -> bool:
    found = any(item.filename == "[Content_Types].xml" for item in _members(stream))
    stream.seek(0)
    return found


def _guard(items: Sequence[zipfile.ZipInfo]) -> None:
    """Refuses by what the archive says of itself, before anything is inflated."""
    _bound(sum(item.file_size for item in items), sum(item.compress_size for item in items))


def _bound(size: int, packed: int) -> None:
    if size > MAX_BYTES:
        raise Refused(_TOO_BIG)
    if size > max(_SMALL, packed * _MAX_RATIO):
        raise Refused(_OUT_OF_PROPORTION)


def _open_zipped(stream: BinaryIO, open_files: ExitStack) -> _Content:
    items = [
        item for item in _members(stream) if not item.is_dir() and not item.filename.startswith("__MACOSX")
    ]
    if len(items) != 1:
        raise Refused(f"压缩包内应只有1个文件，实有{len(items)}个，请分别上报")
    _guard(items)
    try:
        archive = open_files.enter_context(zipfile.ZipFile(stream))
        handle = open_files.enter_context(archive.open(items[0]))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        raise Refused("压缩包已损坏或有密码，请重新压缩后重报") from None
    return _Content(handle, items[0].compress_size)


def _open_gzip(stream: BinaryIO, path: Path) -> _Content:
    return _Content(gzip.GzipFile(fileobj=stream), path.stat().st_size)
