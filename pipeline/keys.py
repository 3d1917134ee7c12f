"""The key of the hashes that stand for persons, phones and identity numbers between nights.

A phone number is one of ten thousand million, a name one of a few million: a plain hash of one is undone
by trying them all. With a key that lies in the restricted folder alone it is not.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from pipeline import db
from pipeline.errors import RunError
from pipeline.private import put

NAME = Path("keys") / "hash.key"
KEY_BYTES = 32
HASH_DIGITS = 24


def load_key(restricted: Path) -> bytes:
    """The key, `<restricted>/keys/hash.key`, made once with mode 0600.

    Raises:
        RunError: if it is damaged, or is missing where nights were published: another key would make
            strangers of everybody.
    """
    path = restricted / NAME
    if not path.exists():
        if (restricted / "journal.jsonl").exists() and (restricted / "archive").exists():
            raise RunError(
                "the key of the hashes is missing", where=str(path), mend="restore it from a backup"
            )
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise RunError("the key of the hashes is damaged", where=str(path), mend="restore it from a backup")
    return key


def keyed(key: bytes, kind: str, text: str) -> str:
    """The hash that stands for a text: equal texts of one kind have equal ones, and nothing leads back."""
    hashed = _begun(key).copy()
    hashed.update(f"{kind}\x1f{text}".encode())
    return hashed.hexdigest()[:HASH_DIGITS]


def keyed_handle(key: bytes, handle: str) -> str:
    """A handle `kind:hash` with its plain hash replaced by a keyed one."""
    return f"{handle.split(':')[0]}:{keyed(key, 'handle', handle)}"


@cache
def _begun(key: bytes) -> hmac.HMAC:
    """The hash before the first sign: of hundreds of thousands the key is taken in once."""
    return hmac.new(key, digestmod=hashlib.sha256)


def _make(path: Path) -> None:
    """Whole or not at all, and never over another one that was made meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    building = path.with_name(f".{path.name}.{os.getpid()}.new")
    put(building, os.urandom(KEY_BYTES))
    try:
        with suppress(FileExistsError):
            os.link(building, path)
    finally:
        building.unlink()
    db.sync([path.parent])
