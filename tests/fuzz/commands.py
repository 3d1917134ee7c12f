"""Random command lines: right and wrong words, options, paths and values, and what must hold of each."""

import argparse
import contextlib
import io
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from pipeline import cli
from tests.fuzz import drawing

# What would run for minutes, or make a district where the project keeps its own: only read, not begun.
_NOT_BEGUN = {"demo", "generate", "mutate", "backtest_all", "check", "test", "try_one", "diff"}
_NIGHTS = {"run", "train", "schedule"}
_ENDS = {cli.DONE, cli.FAILED, cli.MISUSED, cli.ATTENTION}
_VALUES = ("0", "-1", "1", "3", "99999999999999999999", "2017-03-31", "20170331", "4GB", "1TB", "csv", "json")
_VALUES += (
    "桂园街道",
    "珠宝",
    "FROM enterprise",
    "SELECT 1/0",
    "enterprise",
    "tax",
    "",
    "\udcff",
    "%s",
    "--",
    "-",
)
_VALUES += (
    "* * * * *",
    "E0",
    "links",
    "not-there/x",
    "somewhere",
    "file.txt",
    "sub",
    "night/warehouse.duckdb",
)


def _children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _paths(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, parser
    for name, child in _children(parser).items():
        yield from _paths(child, (*words, name))


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command line; most name a command and options of its own, some do not."""
    found = list(_paths(cli._parser(), ()))
    words, parser = draw(st.sampled_from(found))
    options = sorted(option for action in parser._actions for option in action.option_strings)
    value = st.sampled_from(_VALUES) | drawing.short.map(_as_argument)
    places = ["--warehouse", "night/warehouse.duckdb"] if "--warehouse" in options else []
    places += ["--restricted", "night/warehouse.restricted"] if "--restricted" in options else []
    pieces = draw(
        st.lists(
            st.tuples(st.sampled_from(options or ["-x"]), value).map(list)
            | value.map(lambda word: [word])
            | st.sampled_from(options or ["-x"]).map(lambda option: [option]),
            max_size=4,
        )
    )
    strangers = draw(st.lists(value, max_size=1)) if draw(st.integers(0, 9)) == 0 else []
    return [*words, *strangers, *places, *(word for piece in pieces for word in piece)]


def _as_argument(text: str) -> str:
    """No program is handed a NUL; and what is written stays in the folder of the test."""
    return text.replace("\x00", "").replace("/", "").replace("..", "")


def prepare(folder: Path, copy_night: Callable[[Path], object]) -> None:
    """The folder in which the commands run: a file, a folder, a published night."""
    copy_night(folder / "night")
    (folder / "sub").mkdir()
    (folder / "file.txt").write_bytes(b"\xff\xfe not a database")


def check(arguments: list[str], folder: Path) -> None:
    """Runs a command line in a folder; it ends with a known code, and says why in words."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(cli, "_parser", _harmless(cli._parser())),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = cli.main(arguments)
        except SystemExit as ending:
            code = ending.code  # type: ignore[assignment]
    told = err.getvalue()
    assert code in _ENDS, (arguments, code)
    assert "Traceback" not in told and "unforeseen" not in told, (arguments, told)
    if code == cli.MISUSED:
        assert told.strip(), arguments
    if code == cli.FAILED:
        assert (told + out.getvalue()).strip(), arguments
    os.fsencode(out.getvalue() + told)


def _harmless(parser: argparse.ArgumentParser) -> Callable[[], Any]:
    """The parser, with commands that take long only read and held against their folders."""

    def parse(arguments: list[str] | None) -> argparse.Namespace:
        options = argparse.ArgumentParser.parse_args(parser, arguments)
        name = options.command.__name__
        options.debug = False
        if name in _NOT_BEGUN:
            options.command = lambda _: cli.DONE
        elif name in _NIGHTS:
            options.command = _only_settings
        return options

    return lambda: mock.Mock(parse_args=parse, print_help=parser.print_help)


def _only_settings(options: argparse.Namespace) -> int:
    cli._settings(options, date(2017, 3, 31))
    return cli.DONE
