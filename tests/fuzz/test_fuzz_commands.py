"""Whatever is typed, a command ends with 0, 1, 2 or 3 and says why in words, never with a traceback."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz import commands

EXAMPLES = 25


@pytest.fixture(scope="module")
def folder(whole_night: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run."""
    place = tmp_path_factory.mktemp("commands")
    commands.prepare(place, whole_night.copy_to)
    return place


@given(arguments=commands.command_lines())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_any_command_line_ends_in_words(arguments: list[str], folder: Path) -> None:
    commands.check(arguments, folder)


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "\udcff"],
        ["sql", "SELECT '\udcff'"],
        ["dossier", "\udcff"],
        ["export", "--table", "enterprise", "--out", "x" * 300 + ".csv"],
        ["review", "export", "--out", "sub"],
        ["dossier", "--street", "桂园街道", "--out", "file.txt"],
    ],
)
def test_what_cannot_be_looked_up_or_written_is_said_in_words(arguments: list[str], folder: Path) -> None:
    commands.check([*arguments, "--warehouse", "night/warehouse.duckdb"], folder)
