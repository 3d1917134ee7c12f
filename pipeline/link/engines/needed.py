"""What Spark needs on this machine: PySpark and Java 17; both are looked for, nothing is fetched."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import ConfigError

JAVA = 17
INSTALLED = Path("/usr/lib/jvm")
_VERSION = re.compile(r'version "(\d+)')
_SECONDS = 30


def require() -> Path:
    """The home of Java 17.

    Raises:
        ConfigError: if PySpark or Java 17 is missing; it names what was found instead.
    """
    if find_spec("pyspark") is None:
        raise ConfigError(
            "PySpark is not installed",
            where="--engine spark",
            mend="make setup-spark, or pip install --require-hashes --no-build-isolation "
            "-r requirements/spark.txt",
        )
    found = {home: _version(home) for home in dict.fromkeys(_homes())}
    for home, version in found.items():
        if version == JAVA:
            return home
    others = ", ".join(f"Java {version or 'of unknown version'} in {home}" for home, version in found.items())
    raise ConfigError(
        f"Java {JAVA} was not found in JAVA_HOME, on PATH or in {INSTALLED}"
        + (f" (but {others})" if others else ""),
        where="--engine spark",
        mend=f"install it (Debian: apt-get install openjdk-{JAVA}-jre-headless), or set JAVA_HOME",
    )


def _homes() -> Iterator[Path]:
    """Where a Java may be, the likeliest first."""
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"]).resolve()
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve().parent.parent
    if INSTALLED.is_dir():
        yield from (home.resolve() for home in sorted(INSTALLED.iterdir()) if (home / "bin/java").is_file())


def _version(home: Path) -> int | None:
    """The main version of a Java as it tells it itself; None where it tells none."""
    try:
        told = subprocess.run(
            [home / "bin/java", "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(told.stderr + told.stdout)
    return int(match[1]) if match else None
