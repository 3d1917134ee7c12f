"""Makes one file from which a machine without network installs everything: `python deploy/bundle.py [--dev]`.

The file holds the checkout as it is committed and the wheels that the locks name, for this Python and this
kind of machine. The same commit and locks give the same bytes. Only Python's own library and git are needed.
"""

import argparse
import gzip
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "early-warning"
WHEELS = "wheels"


def name_of(commit: str) -> str:
    """The bundle's name: version, commit, Python and kind of machine."""
    text = (ROOT / "pipeline" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'__version__ = "([^"]+)"', text)
    if version is None:
        sys.exit("pipeline/__init__.py: there is no __version__")
    machine = subprocess.run(["uname", "-sm"], capture_output=True, text=True, check=True).stdout.lower()
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return "-".join([NAME, version[1], commit[:12], python, *machine.split()])


def fetch(locks: Iterable[str], folder: Path) -> None:
    """Fetches the wheels of locks into a folder; each is one whose hash the lock holds."""
    download = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download"]
    checked = ["--require-hashes", "--only-binary", ":all:", "--dest", str(folder)]
    for lock in locks:
        files = ["--requirement", f"requirements/{lock}.txt", "--constraint", "requirements/run.txt"]
        subprocess.run([*download, *checked, *files], cwd=ROOT, check=True)


def members(commit: str, wheels: Path, moment: int) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """What the bundle holds: the commit's files, then the wheels by name."""
    archived = _git("archive", "--format=tar", f"--prefix={NAME}/", commit)
    with tarfile.open(fileobj=io.BytesIO(archived)) as checkout:
        for member in checkout:
            held = checkout.extractfile(member)
            yield member, held.read() if held else b""
    for path in sorted(wheels.iterdir()):
        member = tarfile.TarInfo(f"{NAME}/{WHEELS}/{path.name}")
        member.size, member.mtime, member.mode = path.stat().st_size, moment, 0o644
        yield member, path.read_bytes()


def write(target: Path, commit: str, wheels: Path) -> str:
    """Writes the bundle and, beside it, its SHA-256 as `sha256sum --check` reads it; returns the hash."""
    moment = int(_git("show", "--no-patch", "--format=%ct", commit))
    partial = target.with_suffix(".partial")
    # Wheels are packed already.
    with (
        partial.open("wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as bundle,
    ):
        for member, content in members(commit, wheels, moment):
            bundle.addfile(member, io.BytesIO(content))
    partial.replace(target)
    with target.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n", encoding="ascii")
    return digest


def main() -> None:
    """Makes the bundle of what is committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder (default: dist)")
    parser.add_argument("--wheels", type=Path, help="a folder of wheels to use; else they are fetched")
    options = parser.parse_args()
    commit = _git("rev-parse", "HEAD").decode().strip()
    if _git("status", "--porcelain"):
        print("bundle: what is not committed does not go into the bundle", file=sys.stderr)
    options.out.mkdir(parents=True, exist_ok=True)
    target = options.out / f"{name_of(commit)}{'-dev' if options.dev else ''}.tar.gz"
    with tempfile.TemporaryDirectory() as made:
        wheels = options.wheels or Path(made)
        if not options.wheels:
            fetch(["run", "dev"] if options.dev else ["run"], wheels)
        digest = write(target, commit, wheels)
        count = sum(1 for _ in wheels.iterdir())
    print(f"{target}: {count} wheels, {target.stat().st_size / 1e6:.0f} MB\nSHA-256 {digest}")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main()
