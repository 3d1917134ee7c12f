"""Spark gives what the local engine gives, to the row and the digit; what it needs is named when missing.

Spark is started once, for all tests of this file that need it.
"""

import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from pipeline import cli, district, ingest, link, private
from pipeline.declaration import Source
from pipeline.errors import ConfigError
from pipeline.keys import load_key
from pipeline.link import engines
from pipeline.link.decisions.clustering import cluster
from pipeline.link.engines import needed
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings
from tests.conftest import AS_OF

FIRMS = 60
# A Java that lives for half a minute need not perfect its code.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dspark.sql.codegen.wholeStage=false"
TABLES = (
    "record_link", "enterprise", "review_pair", "link_bridge", "record_comparison", "premises", "link_model",
)  # fmt: skip


def _lacking() -> str:
    try:
        needed.require()
    except ConfigError as problem:
        return problem.sentence()
    return ""


LACKING = _lacking()
needs_spark = pytest.mark.skipif(bool(LACKING), reason=LACKING or "nothing is missing")


@pytest.fixture(scope="module")
def nights(
    tmp_path_factory: pytest.TempPathFactory, sources: dict[str, Source]
) -> tuple[Night, Night, dict[str, Any]]:
    """One small district, ingested once and linked by both engines; and what Spark was asked besides."""
    folder = tmp_path_factory.mktemp("engines")
    district.generate(FIRMS, 5, AS_OF, folder, PROJECT_ROOT / "sources")
    settings = Settings(
        folder / "inbox", folder / "w.duckdb", folder / "out", folder / "local", AS_OF,
        corrections=folder / "corrections",
    )  # fmt: skip
    local = Night(settings, "night", "2017-03-31T00:00:00Z", "test")
    local.folder.mkdir(parents=True)
    load_key(settings.restricted)
    for source in sources.values():
        ingest.extract(local, source)
    ingest.finish(local, sources)
    shutil.copytree(settings.restricted, folder / "spark")
    spark = replace(local, settings=replace(settings, restricted=folder / "spark", engine="spark"))
    link.run(local, sources)
    seen: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "JDK_JAVA_OPTIONS",
            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dspark.sql.codegen.wholeStage=false",
        )
        patch.setattr("pipeline.link.room.opened", lambda night: _LookedAt(night, seen))
        with private.umask():
            link.run(spark, sources)
    return local, spark, seen


class _LookedAt:
    """The engine of a night; before it ends, a small graph is clustered by it and its files are looked at."""

    def __init__(self, night: Night, seen: dict[str, Any]) -> None:
        self._night, self._seen, self._opened = night, seen, engines.opened(night)

    def __enter__(self) -> Any:
        self._engine = self._opened.__enter__()
        return self._engine

    def __exit__(self, *problem: Any) -> None:
        if problem == (None, None, None):
            self._seen["clusters"] = self._engine.cluster(*graph())
            files = (self._night.folder / "spark").rglob("*")
            self._seen["modes"] = {stat.S_IMODE(path.stat().st_mode) & private.OTHERS for path in files}
        self._opened.__exit__(*problem)


def graph() -> tuple[Any, ...]:
    """Members, edges, labels and parted members, by lot: nearly as many edges as members make long paths."""
    lots = np.random.default_rng(3)
    left, right = lots.integers(0, 60, (2, 50))
    labels = lots.integers(0, 4, 60), np.where(lots.random(60) < 0.3, lots.integers(1, 3, 60), 0)
    return 60, left, right, lots.integers(1, 9, 50), labels, tuple(lots.integers(0, 60, (2, 5)))


@needs_spark
@pytest.mark.parametrize("table", TABLES)
def test_both_engines_write_the_same_rows(nights: tuple[Night, Night, Any], table: str) -> None:
    found = []
    for night in nights[:2]:
        with duckdb.connect(str(night.database), read_only=True) as con:
            found.append(con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall())
    assert found[0] == found[1]
    assert found[0] or table == "link_bridge"


@needs_spark
def test_spark_clusters_components_as_the_whole_graph_is_clustered(nights: tuple[Night, Night, Any]) -> None:
    roots, refused = nights[2]["clusters"]
    expected, expected_refused = cluster(*graph())
    assert (roots.tolist(), refused) == (expected.tolist(), expected_refused)
    assert refused and len(set(expected.tolist())) < len(expected)


@needs_spark
def test_what_spark_puts_on_disk_is_private_and_goes_with_it(nights: tuple[Night, Night, Any]) -> None:
    assert nights[2]["modes"] == {0}
    assert [path.name for path in nights[1].folder.iterdir()] == ["night.duckdb"]


def test_missing_pyspark_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needed, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"PySpark is not installed; make setup-spark"):
        needed.require()


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with PySpark whose only Javas are those that a test puts in a folder."""
    monkeypatch.setattr(needed, "find_spec", lambda name: name)
    monkeypatch.setattr(needed, "INSTALLED", tmp_path / "jvm")
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (tmp_path / "jvm").mkdir()
    return tmp_path / "jvm"


def put_java(folder: Path, version: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n", encoding="utf-8")
    java.chmod(0o700)
    return folder


def test_missing_java_is_named(only: Path) -> None:
    with pytest.raises(ConfigError, match=r"Java 17 was not found in JAVA_HOME, on PATH or in .*/jvm;"):
        needed.require()


def test_another_java_is_passed_over_or_named(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = put_java(only / "a", "25.0.1")
    with pytest.raises(ConfigError, match=rf"\(but Java 25 in {newer}\)"):
        needed.require()
    monkeypatch.setenv("JAVA_HOME", str(newer))
    wanted = put_java(only / "b", "17.0.15")
    assert needed.require() == wanted


def test_the_command_line_tells_what_is_missing_before_it_reads_anything(
    only: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inbox").mkdir()
    place = ["--inbox", str(tmp_path / "inbox"), "--warehouse", str(tmp_path / "w.duckdb")]
    assert cli.main(["run", *place, "--engine", "spark"]) == cli.MISUSED
    assert "Java 17 was not found" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inbox", "jvm"]
