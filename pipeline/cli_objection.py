"""The commands on objections of enterprises: list, receive, acknowledge, answer, withdraw."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import cli_options, db
from pipeline.errors import ConfigError
from pipeline.settings import restricted_beside

_STATES = {"received": "待受理", "acknowledged": "已受理", "answered": "已答复", "withdrawn": "已撤回"}
_STEPS = {"acknowledged": "受理", "answered": "答复"}


def list_all(options: argparse.Namespace) -> int:
    """Lists the objections of the published night: what is due when, and what is overdue."""
    rows = _ask(
        options.warehouse,
        "SELECT objection_id, enterprise_id, received_on, state, acknowledge_by, answer_by, overdue, "
        "days_over FROM objection ORDER BY received_on, objection_id",
    )
    for name, firm, received, state, acknowledge_by, answer_by, overdue, days in rows:
        late = f"  {_STEPS[overdue]}已超{days}个工作日" if overdue else ""
        due = f"应于{acknowledge_by}前受理、{answer_by}前答复"
        print(f"{name}  {firm}  {received}收到  {_STATES[state]}  {due}{late}")
    print(f"共{len(rows)}件" if rows else "没有企业异议")
    return 0


def receive(options: argparse.Namespace) -> int:
    """Registers an objection of an enterprise; the clock runs from the day on which it was received."""
    found = _ask(
        options.warehouse,
        "SELECT 1 FROM enterprise WHERE enterprise_id = $name",
        {"name": options.enterprise},
    )
    if not found:
        raise ConfigError(
            "there is no such enterprise",
            where=options.enterprise,
            mend="take its enterprise_id from the list or from `early-warning explain`",
        )
    return _note(options, "received", {"enterprise_id": options.enterprise})


def acknowledge(options: argparse.Namespace) -> int:
    """Notes that an objection was taken up."""
    return _note(options, "acknowledged", {"objection_id": options.objection})


def answer(options: argparse.Namespace) -> int:
    """Notes that an objection was answered, and how."""
    return _note(options, "answered", {"objection_id": options.objection, "outcome": options.outcome})


def withdraw(options: argparse.Namespace) -> int:
    """Notes that the enterprise took its objection back."""
    return _note(options, "withdrawn", {"objection_id": options.objection})


def _note(options: argparse.Namespace, event: str, entry: dict[str, Any]) -> int:
    from pipeline.score.objections import note

    corrections = options.corrections or restricted_beside(options.warehouse.absolute()) / "corrections"
    known = [str(row[0]) for row in _ask(options.warehouse, "SELECT objection_id FROM objection")]
    entry |= {"on": (options.on or options.today()).isoformat(), "who": options.who, "why": options.why}
    name = note(corrections, event, known, entry)
    place = restricted_beside(options.warehouse.absolute())
    cli_options.note(place, "objection", objection_id=name, event=event)
    print(f"{name}: {_STATES.get(event, event)}，{entry['on']}；下次运行起计入")
    return 0


def _ask(warehouse: Path, query: str, bound: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with db.open_published(warehouse) as con:
        try:
            rows: list[tuple[Any, ...]] = con.execute(query, bound or {}).fetchall()
            return rows
        except duckdb.CatalogException:
            raise ConfigError(
                "the warehouse has no objections", where=str(warehouse), mend="run a night first"
            ) from None


def add_commands(
    parser: argparse.ArgumentParser, add: Callable[..., argparse.ArgumentParser], today: Callable[[], date]
) -> None:
    """Puts the commands on objections under their parser.

    Args:
        parser: the parser of `objection`.
        add: makes a command's parser from the group, its name and its function.
        today: tells the day, where none is named.
    """
    commands: Any = parser.add_subparsers(required=True, metavar="list|receive|acknowledge|answer|withdraw")
    cli_options.warehouse(add(commands, "list", list_all))
    for command in (receive, acknowledge, answer, withdraw):
        made = add(commands, command.__name__, command)
        if command is receive:
            made.add_argument("enterprise", metavar="ENTERPRISE_ID", help="企业编号, as on the list")
        else:
            made.add_argument("objection", metavar="OBJECTION_ID", help="异议编号, from `objection list`")
        if command is answer:
            outcomes = ("upheld", "partly", "rejected")
            made.add_argument("--outcome", choices=outcomes, required=True, help="what was answered")
        made.add_argument(
            "--who", required=True, help="the office that did it; kept in the restricted folder"
        )
        made.add_argument("--why", default="", help="what was said; kept in the restricted folder")
        made.add_argument("--on", type=cli_options.day, help="the day (default: today)")
        made.add_argument(
            "--corrections", type=Path, help="default: corrections/ in the warehouse's restricted folder"
        )
        cli_options.warehouse(made)
        made.set_defaults(today=today)
