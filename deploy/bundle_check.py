"""Installs a bundle where there is no network, as an operator would, and runs a night from it.

`python -m deploy.bundle_check BUNDLE`. In a network namespace without a route, with an empty home and no
settings of pip: the file's SHA-256 is checked, it is unpacked, `make setup` installs it, a demo night runs,
its outputs are looked at. Where strace is installed, connections to other machines are counted: none may be.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.shut_in import command, reached

FIRMS = "300"
EXPECTED = {
    "a list for each street": ("published/latest/streets/*.xlsx", 11),
    "the report": ("published/latest/report.html", 1),
    "the manifest": ("published/latest/manifest.json", 1),
    "the departments' pages": ("published/latest/departments/*.html", 11),
    "the warehouse": ("warehouse.duckdb", 1),
}


class Clean:
    """A machine that knows nothing: an empty home, no settings, no network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.outside: list[str] = []

    def run(self, program: Sequence[str], where: Path, step: str) -> str:
        """Runs a program shut in; ends the check if it fails or tries to reach another machine."""
        trace = self.folder / "trace" if shutil.which("strace") else None
        ran = subprocess.run(
            command(program, trace),
            cwd=where,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
            | {"PIP_CONFIG_FILE": os.devnull, "TMPDIR": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ran.returncode:
            sys.exit(f"{ran.stdout[-3000:]}\nbundle-check: {step} ended with {ran.returncode}")
        tried = reached(trace.read_text(encoding="utf-8").splitlines()) if trace else {}
        outside = [place for place in tried if ": " in place]
        if outside:
            sys.exit(f"bundle-check: {step} tried to reach {', '.join(outside)}")
        print(f"{step}: done; connections to other machines: {0 if trace else 'not counted'}", flush=True)
        return ran.stdout


def check(bundle: Path, folder: Path) -> None:
    """All steps; the first that fails ends the program."""
    machine = Clean(folder)
    machine.run(["sha256sum", "--check", f"{bundle.name}.sha256"], bundle.parent, "sha256sum")
    with tarfile.open(bundle) as packed:
        packed.extractall(folder, filter="data")
    [checkout] = [path for path in folder.iterdir() if (path / "Makefile").exists()]
    machine.run(["make", "setup", f"PYTHON={sys.executable}"], checkout, "make setup")
    program = str(checkout / ".venv" / "bin" / "early-warning")
    told = machine.run([program, "demo", "--firms", FIRMS], checkout, "the demo")
    demo = checkout / "data" / "demo"
    for what, (pattern, count) in EXPECTED.items():
        found = len(list(demo.glob(pattern)))
        if found < count:
            sys.exit(f"{told}\nbundle-check: {what}: {found} of {count} files {pattern}")
    machine.run([program, "evaluate"], checkout, "evaluate")
    machine.run([program, "dossier", "--street", "桂园街道", "--top", "1"], checkout, "a dossier as PDF")


def main() -> None:
    """Checks one bundle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    with tempfile.TemporaryDirectory(prefix="bundle-check-") as name:
        check(parser.parse_args().bundle.absolute(), Path(name))
    print("the bundle installs and runs without network")


if __name__ == "__main__":
    main()
