"""Files for their owner alone: the umask of every command, and writing and making private.

What a night keeps between nights holds data of persons. No file of it may be readable to others, not even
for the moment in which it is written.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import db

OTHERS = 0o077  # group and everybody else


@contextmanager
def umask() -> Iterator[None]:
    """While the block runs, new files are 0600 and new folders 0700, whatever the caller's umask is.

    Processes that are started meanwhile inherit it. A default ACL on a folder still lets others in.
    """
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def enforce(folder: Path) -> list[Path]:
    """Takes all rights of others below a folder away; returns what had any. Links are not followed."""
    inside = (Path(root) / name for root, folders, files in os.walk(folder) for name in folders + files)
    loose = []
    for path in (folder, *sorted(inside)):
        try:
            mode = path.lstat().st_mode
            if path.is_symlink() or not mode & OTHERS:
                continue
            path.chmod(mode & ~OTHERS & 0o777)
        except FileNotFoundError:  # a server's scratch file that came and went
            continue
        loose.append(path)
    return loose


def put(target: Path, data: bytes) -> None:
    """Writes beside the target and puts the whole file in its place in one step, mode 0600, on the disk."""
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        building.replace(target)
    finally:
        building.unlink(missing_ok=True)
    db.sync([target.parent])
