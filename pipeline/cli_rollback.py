"""The command `rollback`: the generation before the last one becomes the published one again."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pipeline import audit
from pipeline.cli_options import default_warehouse, positive
from pipeline.settings import Settings, restricted_beside


def rollback(options: argparse.Namespace) -> int:
    """Withdraws the generation published last; the one before stands again, by a new journal entry."""
    from pipeline.lock import one_at_a_time
    from pipeline.publish import roll_back

    now = datetime.now(UTC)
    warehouse = options.warehouse.absolute()
    settings = Settings(
        inbox=warehouse.parent / "inbox",
        warehouse=warehouse,
        out=(options.out or warehouse.parent / "published").absolute(),
        restricted=(options.restricted or restricted_beside(warehouse)).absolute(),
        as_of=now.date(),
        keep_generations=options.keep_generations,
    )
    with one_at_a_time(settings):
        done = roll_back(settings, options.by, options.why, now)
        last = done.withdrawn
        audit.note(settings.restricted, "rollback", now, as_of=str(last.as_of), run_id=last.run_id)
    print(done)
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the command asks for."""
    parser.add_argument("--by", required=True, help="who does it; kept in the journal")
    parser.add_argument("--why", required=True, help="the reason; kept in the journal")
    parser.add_argument(
        "--warehouse",
        type=Path,
        default=default_warehouse(),
        help="the analysts' DuckDB file (default: data/warehouse.duckdb, else the demo's)",
    )
    parser.add_argument(
        "--out", type=Path, help="published nights (default: published/ beside the warehouse)"
    )
    parser.add_argument("--restricted", type=Path, help="default: beside the warehouse")
    parser.add_argument(
        "--keep-generations", type=positive, default=2, metavar="N", help="as for `run` (default: 2)"
    )
