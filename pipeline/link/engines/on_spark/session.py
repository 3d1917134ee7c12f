"""A Spark session of one night: without network, without a word on the terminal, its files private."""

import os
import pickle
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from pipeline import db
from pipeline.errors import RunError
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

LEAST_HEAP = 1_000_000_000  # bytes
_BATCH = 1 << 16  # rows that a kernel sees at once
_ENDS_WITHIN = 60  # seconds


@dataclass
class Session:
    """A running Spark, and the folder through which what kernels need reaches them.

    Attributes:
        sql: the session.
        folder: private files of this night's Spark.
    """

    sql: SparkSession
    folder: Path
    _lent: dict[str, Any] = field(default_factory=dict)

    @property
    def cores(self) -> int:
        """How many tasks run at once."""
        found: int = self.sql.sparkContext.defaultParallelism
        return max(found, 1)

    def lend_rows(self, rows: npt.NDArray[np.int32]) -> str:
        """Puts rows where kernels can map them into their memory; returns the name to ask for."""
        path = self.folder / f"{len(self._lent)}.npy"
        np.save(path, rows)
        return self._lend(path, path)

    def lend(self, thing: object) -> str:
        """Puts a thing where kernels can read it, once; returns the name to ask for."""
        for name, known in self._lent.items():
            if known is thing:
                return name
        path = self.folder / f"{len(self._lent)}.pickle"
        with path.open("wb") as stream:
            pickle.dump(thing, stream, protocol=pickle.HIGHEST_PROTOCOL)
        return self._lend(path, thing)

    def take_back(self, *names: str) -> None:
        """Removes what no kernel asks for any more."""
        for name in names:
            Path(name).unlink(missing_ok=True)

    def _lend(self, path: Path, thing: object) -> str:
        self._lent[str(path)] = thing
        if not self.sql.sparkContext.master.startswith("local"):
            self.sql.sparkContext.addFile(str(path))
        return str(path)


@contextmanager
def session(night: Night, java: Path) -> Iterator[Session]:
    """Starts Spark, and ends it with the block: no process and no file of it stays.

    Args:
        night: its settings name the master and the memory; Spark's files go where the night spills.
        java: the home of the Java to use.

    Raises:
        RunError: if Spark does not start.
    """
    folder = (db.spill_folder(night.settings) or night.folder) / "spark"
    shutil.rmtree(folder, ignore_errors=True)  # of a night that died
    folder.mkdir(mode=0o700, parents=True)
    try:
        with warnings.catch_warnings():
            # Of pandas, which nothing here uses.
            warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
            with _running(_configured(night.settings, folder), java) as context:
                yield Session(SparkSession(context), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(conf: SparkConf, java: Path) -> Iterator[SparkContext]:
    before = os.environ.get("JAVA_HOME")
    os.environ["JAVA_HOME"] = str(java)
    gateway = None
    try:
        # Spark's own log may quote what it works on: nothing of it is shown or kept.
        gateway = launch_gateway(conf, {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL})
        context = SparkContext(conf=conf, gateway=gateway)
        context.pythonExec = sys.executable
    except Exception:
        _end(gateway)
        raise RunError(
            "Spark did not start",
            where=f"--master {conf.get('spark.master')}",
            mend="check the name of the master, and that there is memory for a Java of "
            f"{conf.get('spark.driver.memory')}",
        ) from None
    finally:
        _restore(before)
    try:
        yield context
    finally:
        context.stop()
        _end(gateway)


def _restore(java: str | None) -> None:
    if java is None:
        del os.environ["JAVA_HOME"]
    else:
        os.environ["JAVA_HOME"] = java


def _end(gateway: Any) -> None:
    """Ends the Java process; PySpark would keep it for as long as this process lives."""
    SparkContext._gateway = SparkContext._jvm = None
    if gateway is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()


def _configured(settings: Settings, folder: Path) -> SparkConf:
    heap = max(settings.memory_bytes // 2, LEAST_HEAP)
    java = f"-XX:-UsePerfData -Djava.io.tmpdir={folder} -Dderby.system.home={folder}"
    values = {
        "spark.app.name": "early-warning",
        "spark.master": settings.master,
        "spark.driver.memory": f"{heap >> 20}m",
        "spark.driver.maxResultSize": "0",  # bounded by what is kept, not by what Spark guesses
        "spark.driver.extraJavaOptions": java,
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.executorEnv.PYTHONPATH": str(PROJECT_ROOT),
        "spark.executorEnv.PYTHONWARNINGS": "ignore",
        # Workers are few and each uses one core: threads of libraries would only wait for one another.
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "true",
    }
    if settings.master.startswith("local"):
        values |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    return SparkConf(loadDefaults=False).setAll(list(values.items()))
