"""What a night keeps is for its owner alone, whatever umask it was started under."""

import os
import stat
from pathlib import Path

import pytest

from pipeline import cli, cli_rules, private
from pipeline.errors import RunError
from pipeline.keys import KEY_BYTES, NAME, keyed, keyed_handle, load_key


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def test_a_command_makes_private_files_under_any_umask_and_gives_the_callers_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_: object) -> int:
        """Writes."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").touch()
        return 0

    monkeypatch.setattr(cli_rules, "list_all", write)
    before = os.umask(0)
    try:
        assert cli.main(["rules", "list"]) == cli.DONE
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert modes(tmp_path / "folder") == {0o700, 0o600}


def test_what_lies_open_is_shut_and_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch(0o644)
    outside.chmod(0o644)
    inside = tmp_path / "restricted"
    (inside / "deep").mkdir(parents=True)
    (inside / "deep" / "file").touch()
    (inside / "link").symlink_to(outside)
    for path in (inside, inside / "deep", inside / "deep" / "file"):
        path.chmod(0o775 if path.is_dir() else 0o664)
    assert private.enforce(inside) == [inside, inside / "deep", inside / "deep" / "file"]
    assert private.enforce(inside) == []
    assert {path.stat().st_mode & 0o077 for path in (inside, inside / "deep", inside / "deep" / "file")} == {
        0
    }
    assert outside.stat().st_mode & 0o777 == 0o644


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = load_key(tmp_path)
    finally:
        os.umask(before)
    assert len(key) == KEY_BYTES
    assert load_key(tmp_path) == key
    assert modes(tmp_path / "keys") == {0o700, 0o600}


@pytest.mark.parametrize("content", [b"", b"x" * (KEY_BYTES - 1), None], ids=["empty", "cut off", "missing"])
def test_a_key_that_is_lost_is_never_made_anew(tmp_path: Path, content: bytes | None) -> None:
    load_key(tmp_path)
    (tmp_path / "archive").mkdir()
    (tmp_path / "journal.jsonl").touch()
    (tmp_path / NAME).unlink() if content is None else (tmp_path / NAME).write_bytes(content)
    with pytest.raises(RunError, match="restore it from a backup"):
        load_key(tmp_path)


def test_a_hash_needs_its_key_and_its_kind() -> None:
    one, other = b"1" * KEY_BYTES, b"2" * KEY_BYTES
    assert keyed(one, "person", "13823456789") == keyed(one, "person", "13823456789")
    assert len({keyed(one, "person", "a"), keyed(other, "person", "a"), keyed(one, "handle", "a")}) == 3
    assert keyed_handle(one, "operator+door:0123456789abcdef").startswith("operator+door:")
