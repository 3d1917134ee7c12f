"""The commands of whoever is on duty: status, and a trial of the notices."""

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline import local_server
from pipeline.cli_options import DEMO, default_warehouse
from pipeline.errors import ConfigError
from pipeline.settings import Settings, restricted_beside


def status(options: argparse.Namespace) -> int:
    """Says how the last night went, when the next begins, what is stale and what waits (exit 0, 1 or 3)."""
    from pipeline import duty

    now = datetime.now(UTC)
    warehouse = options.warehouse.absolute()
    restricted = _restricted(options)
    if warehouse.parent == DEMO and warehouse.exists():
        print("no night has run in data/ yet: this is the demo's", file=sys.stderr)
    settings = Settings(
        inbox=(options.inbox or warehouse.parent / "inbox").absolute(),
        warehouse=warehouse,
        out=(options.out or warehouse.parent / "published").absolute(),
        restricted=restricted,
        as_of=now.date(),
    )
    found = duty.status(settings, local_server.plan(restricted / "prefect", now))
    if options.json:
        told = {"code": found.code, **dataclasses.asdict(found)}
        print(json.dumps(told, ensure_ascii=False, indent=1, default=str))
    else:
        print(duty.render(found))
    return found.code


def notify(options: argparse.Namespace) -> int:
    """Sends a trial message to those whom duty.yml in the restricted folder names."""
    from pipeline import duty

    restricted = _restricted(options)
    problems = duty.trial(restricted, f"early-warning status --restricted {restricted}", datetime.now(UTC))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print("the trial message was handed over")
    return 1 if problems else 0


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the commands.

    Args:
        add: makes a command's parser from its name and its function.
    """
    for name, command in (("status", status), ("notify", notify)):
        parser = add(name, command)
        parser.add_argument(
            "--warehouse",
            type=Path,
            default=default_warehouse(),
            help="the analysts' DuckDB file (default: data/warehouse.duckdb, else the demo's)",
        )
        parser.add_argument("--restricted", type=Path, help="default: beside the warehouse")
        if name == "status":
            parser.add_argument(
                "--out", type=Path, help="published nights (default: published/ beside the warehouse)"
            )
            parser.add_argument(
                "--inbox", type=Path, help="the departments' files (default: inbox/ beside the warehouse)"
            )
            parser.add_argument("--json", action="store_true", help="all that is known, as JSON")


def _restricted(options: argparse.Namespace) -> Path:
    folder: Path = (options.restricted or restricted_beside(options.warehouse.absolute())).absolute()
    if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
        raise ConfigError(
            "the restricted folder cannot be read", where=str(folder), mend="be the user that runs the nights"
        )
    return folder
