"""How long published nights stay where they were put; the archive of accepted files has its own rule."""

import shutil
from collections.abc import Collection
from datetime import date, timedelta
from itertools import pairwise

from pipeline.publish.generations.generation import Generation, last_written, published
from pipeline.settings import Settings

# Whoever is affected by an act may sue within six months of knowing of it (行政诉讼法 art. 46); until
# then the lists behind it stay, and with them what their rebuilding needs.
LAWS_CLOCK = timedelta(days=186)


def forget(settings: Settings, nights: int) -> list[date]:
    """Takes away the lists, Parquet files and identity states of old nights; returns their days.

    The ranking and the list lines of a forgotten night stay in `risk_history` and `list_line_history`. The
    night cannot be built again to the byte.

    Args:
        settings: the place; the caller holds its lock.
        nights: how many of the newest days stay, beside those that the law's clock needs.
    """
    standing = published(settings)
    kept = kept_days(standing, nights)
    last = last_written(settings)
    needed = {standing[day].run_id for day in kept | _before(standing, kept)}
    needed |= {last.run_id} if last else set()
    gone = []
    for day, entry in standing.items():
        made = Generation(settings, entry.run_id)
        if day not in kept and made.folder.is_dir():
            _remove_lists(made, day)
            gone.append(day)
        if entry.run_id not in needed and made.restricted.is_dir():
            shutil.rmtree(made.restricted)
    return gone


def kept_days(days: Collection[date], nights: int) -> set[date]:
    """The days that stay: the newest ones, and all within the law's clock of the newest."""
    newest = sorted(days)[-nights:]
    return {day for day in days if day in newest or day > newest[-1] - LAWS_CLOCK}


def _before(days: Collection[date], kept: set[date]) -> set[date]:
    """The last day before each kept one: its ids and changes are told against that one's state."""
    ordered = sorted(days)
    return {earlier for earlier, day in pairwise(ordered) if day in kept}


def _remove_lists(made: Generation, day: date) -> None:
    """Moves the folder aside before it is emptied, so that half a night is never shown."""
    (made.settings.out / str(day)).unlink(missing_ok=True)
    aside = made.folder.with_name(f"{made.run_id}.gone")
    made.folder.replace(aside)
    shutil.rmtree(aside)
