"""The command `forget`: removes what the sources' declared terms no longer allow to be kept."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import audit, cli_options
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT, Settings, restricted_beside

if TYPE_CHECKING:
    from pipeline.declaration import Source
    from pipeline.ingest.forgetting import Due

DONE = 0


def forget(options: argparse.Namespace) -> int:
    """Removes data whose declared term has ended, keeps the proofs; without --yes it only shows them."""
    from pipeline import schema
    from pipeline.declaration import load_sources
    from pipeline.ingest import forgetting
    from pipeline.lock import one_at_a_time
    from pipeline.publish.expired import expire

    settings, today = _settings(options), options.today()
    sources = load_sources(settings.sources)
    restricted = settings.restricted
    with one_at_a_time(settings):
        schema.prepare(restricted)
        due = forgetting.due(restricted, sources, today)
        expired = expire(restricted, sources, today, remove=options.yes)
        if options.yes:
            forgetting.forget(restricted, due, today)
            if due or expired.persons or expired.handles:
                audit.note(
                    restricted,
                    "forget",
                    datetime.now(UTC),
                    files=[item.proof() for item in due],
                    persons=expired.persons,
                    handles=expired.handles,
                )
    _tell_due(due, today)
    print(f"keyed hashes of persons beyond their term: {expired.persons}; handles: {expired.handles}")
    _tell_the_rest(restricted, settings.inbox, sources, today)
    print(
        "removed; what is left are the proofs (names, days, hashes, row counts, when and why)"
        if options.yes
        else "nothing was removed; --yes removes it, and nothing brings it back"
    )
    return DONE


def add_commands(add: Callable[..., argparse.ArgumentParser], today: Callable[[], date]) -> None:
    """Adds the command.

    Args:
        add: makes a command's parser from its name and its function.
        today: tells the day.
    """
    made = add("forget", forget)
    made.add_argument("--yes", action="store_true", help="remove it; without, it is only shown")
    made.add_argument("--restricted", type=Path, help="default: beside the warehouse")
    made.add_argument(
        "--inbox", type=Path, help="look into it too, change nothing (default: inbox/ beside the warehouse)"
    )
    cli_options.warehouse(made)
    made.set_defaults(today=today)


def _settings(options: argparse.Namespace) -> Settings:
    warehouse = options.warehouse.absolute()
    restricted = (options.restricted or restricted_beside(warehouse)).absolute()
    if not (restricted / "archive").is_dir():
        raise ConfigError(
            "there is no archive", where=str(restricted), mend="name the folder with --restricted"
        )
    return Settings(
        inbox=(options.inbox or warehouse.parent / "inbox").absolute(),
        warehouse=warehouse,
        out=warehouse.parent / "published",
        restricted=restricted,
        as_of=options.today(),
        sources=PROJECT_ROOT / "sources",
    )


def _tell_due(due: "Sequence[Due]", today: date) -> None:
    for item in due:
        print(
            f"{item.extract} {', '.join(item.files)} ({item.sha256[:12]}): {item.rows} rows of {item.upto}, "
            f"term of {item.term} years ended on {item.expired_on} ({item.why})"
        )
    print(f"contents of the archive beyond their term on {today}: {len(due)}")


def _tell_the_rest(restricted: Path, inbox: Path, sources: "Mapping[str, Source]", today: date) -> None:
    from pipeline.ingest import forgetting

    for name in forgetting.undeclared(restricted, sources):
        print(
            f"the archive holds files of {name}, which no source declares: nobody says how long they may stay"
        )
    left = forgetting.in_inbox(inbox, sources, today)
    for extract, name in left:
        print(f"in the inbox, beyond its term, to be moved out by hand: {extract}/{name}")
