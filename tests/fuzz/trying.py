"""What checks of readers share: the declared sources, and a reader that may refuse by name."""

from collections.abc import Callable
from functools import cache
from typing import Any

from pipeline.declaration import Source, load_sources
from pipeline.settings import PROJECT_ROOT


@cache
def sources() -> dict[str, Source]:
    return load_sources(PROJECT_ROOT / "sources")


def tried(read: Callable[[], Any], *refusals: type[Exception]) -> Any:
    try:
        return read()
    except refusals:
        return None
