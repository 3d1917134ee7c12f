"""Long files are read ahead by another process, while this one types and stages those before them.

What was read rests in the night's folder until it is asked for. Whatever goes wrong on the way is told by
nobody: the file is then read where it is asked for, which says what is wrong. So is one that unpacks to more
than the disk should hold beside the night.
"""

import os
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from pipeline.declaration import Source
from pipeline.ingest.find import InboxFile, find_files, open_file
from pipeline.ingest.loading import Reader, Stamp, stamp_of
from pipeline.ingest.raw import RawTable
from pipeline.keys import load_key
from pipeline.night import Night
from pipeline.processes import processes

FOLDER = "ahead"
WORTH_A_PROCESS = 1 << 22  # bytes; a shorter file is read sooner than another process tells of it
FILES_AHEAD = 3  # read, or being read, and not yet asked for: what they hold lies on the disk
MOST_KEPT = 1 << 30  # bytes of one file's records; a longer one is read where it is asked for


class Ahead:
    """What is read ahead, in the order in which it will be asked for."""

    def __init__(
        self, pool: ProcessPoolExecutor, files: Iterable[tuple[Source, InboxFile]], key: bytes, folder: Path
    ) -> None:
        self._pool, self._key, self._folder = pool, key, folder
        self._coming = enumerate(files)
        self._begun: deque[tuple[Path, Path, Future[Stamp | None]]] = deque()
        for _ in range(FILES_AHEAD):
            self._begin()

    def records(self, item: InboxFile, stamp: Stamp) -> Iterator[RawTable] | None:
        """The records of a file of the inbox; None where it is to be read here.

        Args:
            item: the file.
            stamp: of the file that was hashed: records of another one are of no use.
        """
        while any(path == item.path for path, _, _ in self._begun):
            path, kept, read = self._begun.popleft()
            self._begin()
            if path == item.path:
                return _told(kept) if _outcome(read) == stamp else None
        return None

    def _begin(self) -> None:
        coming = next(self._coming, None)
        if coming is None:
            return
        number, (source, item) = coming
        kept = self._folder / f"{number}.pickle"
        read = self._pool.submit(_keep, source, self._key, item, kept)
        self._begun.append((item.path, kept, read))


@contextmanager
def reading_ahead(night: Night, sources: Iterable[Source]) -> Iterator[Ahead | None]:
    """Reads the long files of some sources ahead, until the block ends; None where there are none.

    Args:
        night: the night; with one thread nothing is read ahead.
        sources: in the order in which their files will be asked for.
    """
    found = (
        (source, find_files(night.settings.inbox / source.extract, night.settings.as_of))
        for source in sources
    )
    files = [(source, item) for source, items in found for item in items if _is_long(item)]
    if night.settings.threads < 2 or not files:
        yield None
        return
    folder = night.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with processes(1) as pool:
        try:
            yield Ahead(pool, files, load_key(night.settings.restricted), folder)
        finally:
            pool.shutdown(cancel_futures=True)


def _is_long(item: InboxFile) -> bool:
    try:
        return item.refusal is None and item.path.lstat().st_size >= WORTH_A_PROCESS
    except OSError:
        return False


def _keep(source: Source, key: bytes, item: InboxFile, kept: Path) -> Stamp | None:
    """Reads a file and keeps its records; the stamp of what was read, None if that failed."""
    try:
        with open_file(item.path) as stream:
            found = os.fstat(stream.fileno())
        with ThreadPoolExecutor(1) as pool, kept.open("xb") as file:
            for raw in Reader(source, key, pool, kept.parent).read(item):
                pickle.dump(raw, file, pickle.HIGHEST_PROTOCOL)
                if file.tell() > MOST_KEPT:
                    raise ValueError("too long to be kept")
    except Exception:  # whoever asks for the file reads it again, and says what is wrong
        kept.unlink(missing_ok=True)
        return None
    return stamp_of(found)


def _outcome(read: "Future[Stamp | None]") -> Stamp | None:
    try:
        return read.result()
    except BrokenProcessPool:
        return None


def _told(kept: Path) -> Iterator[RawTable]:
    """The records that were kept; they are taken away afterwards."""
    with kept.open("rb") as file:
        kept.unlink()
        while file.peek(1):
            yield pickle.load(file)
