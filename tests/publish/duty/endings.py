"""Nights that ended one way or another, and what is told of them."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pipeline import duty
from pipeline.lock import one_at_a_time
from pipeline.settings import Settings

NOW = datetime(2017, 4, 1, 3, 0, tzinfo=UTC)


def ticking() -> Callable[[], datetime]:
    """A clock that goes on a second with every look."""
    seconds = itertools.count()
    return lambda: NOW + timedelta(seconds=next(seconds))


clock = ticking()


def end_of(settings: Settings, work: Callable[[duty.Watch], None]) -> list[duty.Ending]:
    """Runs some work under watch, as the flow does."""
    shown: list[duty.Ending] = []
    with one_at_a_time(settings), duty.watched(settings, clock, shown.append) as seen:
        work(seen)
    return shown


def published(attention: int = 0) -> Callable[[duty.Watch], None]:
    """A run of which run1 came."""

    def work(seen: duty.Watch) -> None:
        seen.begun("run1")
        seen.published(attention)

    return work
