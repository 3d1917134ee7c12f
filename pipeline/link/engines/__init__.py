"""The engines that linking runs on: `local` (this process, on arrays) and `spark` (Apache Spark)."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.link.decisions.engine import Engine
from pipeline.link.engines.local import Bounds, LocalEngine
from pipeline.link.engines.needed import require
from pipeline.link.parts import Parts
from pipeline.night import Night

__all__ = ["opened", "require"]


@contextmanager
def opened(night: Night) -> Iterator[Engine]:
    """The engine that the night asks for; what it started ends with the block.

    Raises:
        ConfigError: if Spark is asked for and something that it needs is missing.
    """
    if night.settings.engine == "local":
        bounds = Bounds.under(night.settings.memory_bytes)
        yield LocalEngine(night.settings.threads, bounds, Parts.of(night))
        return
    java = require()
    # PySpark is an extra: a night that does not ask for it must not need it.
    from pipeline.link.engines.on_spark.engine import SparkEngine
    from pipeline.link.engines.on_spark.session import session

    with session(night, java) as spark:
        yield SparkEngine(spark)
