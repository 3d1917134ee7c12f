"""The bundle holds what is committed and the wheels, is the same whenever it is made, and tells its hash."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from deploy.bundle import name_of, write
from pipeline import __version__
from pipeline.settings import PROJECT_ROOT

IN_GIT = (PROJECT_ROOT / ".git").exists()


@pytest.mark.skipif(not IN_GIT, reason="a bundle is made from a git checkout")
def test_the_same_commit_and_wheels_give_the_same_bundle(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("b-1-py3-none-any.whl", "a-1-py3-none-any.whl"):
        (wheels / name).write_bytes(name.encode())
    target = tmp_path / "early-warning-x.tar.gz"
    digest = write(target, "HEAD", wheels)
    assert write(tmp_path / "again.tar.gz", "HEAD", wheels) == digest
    subprocess.run(["sha256sum", "--check", "--quiet", f"{target.name}.sha256"], cwd=tmp_path, check=True)
    with tarfile.open(target) as bundle:
        names = bundle.getnames()
        held = bundle.extractfile("early-warning/wheels/a-1-py3-none-any.whl")
        assert held and held.read() == b"a-1-py3-none-any.whl"
    tracked = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "HEAD"], cwd=PROJECT_ROOT, capture_output=True, text=True
    ).stdout.splitlines()
    assert {f"early-warning/{path}" for path in tracked if path.isascii()} <= set(names)
    assert not [name for name in names if "/.venv/" in name or name.startswith("early-warning/data/demo")]


def test_the_name_tells_version_python_and_machine() -> None:
    assert name_of("0123456789abcdef").startswith(f"early-warning-{__version__}-0123456789ab-py3")
