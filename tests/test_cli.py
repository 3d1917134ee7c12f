"""The command line: exit codes, one-sentence errors, defaults that make the bare command useful."""

import re
from datetime import date
from pathlib import Path

import pytest

from pipeline import cli, cli_rules
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT

SECOND_WORDS = (
    "check|test|mutate|list|diff|try|backtest|verify|restore|withdraw|reinstate|export-template|export|import"
)
COMMAND = re.compile(rf"(?:\.venv/bin/)?early-warning ([a-z]+(?: (?:{SECOND_WORDS})\b)?)")
DOCUMENTS = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh.md", *PROJECT_ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["run", "--as-of", "2017-02-30"], ["generate", "--firms", "0"], ["rules"]],
)
def test_wrong_use_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(arguments)
    assert ending.value.code == cli.MISUSED


def test_the_bare_command_tells_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == cli.MISUSED
    told = capsys.readouterr().err
    assert all(f"\n    {command} " in told for command in ("demo", "run", "status", "explain"))


def test_debug_tells_the_whole_story_and_keeps_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--inbox", str(tmp_path / "nowhere"), "--debug"]) == cli.MISUSED
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1].startswith("early-warning: ")


def test_an_archive_that_is_not_there_is_said_with_its_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--restricted", str(tmp_path)]
    assert cli.main(["archive", "list", *place]) == cli.MISUSED
    assert "run a night first" in capsys.readouterr().err
    (tmp_path / "archive" / "tax").mkdir(parents=True)
    assert cli.main(["archive", "list", "--extract", "taxes", *place]) == cli.MISUSED
    assert "one of tax" in capsys.readouterr().err


@pytest.mark.parametrize("who", ["NAME", "…", " "])
def test_a_placeholder_answers_for_nobody(who: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["review", "import", str(tmp_path / "a.xlsx"), "--who", who])
    assert ending.value.code == cli.MISUSED


def test_a_missing_inbox_is_one_sentence_with_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--inbox", str(tmp_path / "nowhere")]) == cli.MISUSED
    told = capsys.readouterr().err
    assert "nowhere" in told
    assert "--inbox" in told
    assert "Traceback" not in told
    assert len(told.splitlines()) == 1


def test_an_unforeseen_error_shows_neither_its_data_nor_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        """Fails."""
        raise ValueError("a person's name")

    monkeypatch.setattr(cli_rules, "list_all", fail)
    assert cli.main(["rules", "list"]) == cli.FAILED
    told = capsys.readouterr().err
    assert "person" not in told
    assert "ValueError" in told
    assert "--debug" in told


def test_the_default_as_of_is_the_newest_extract_not_later_than_today(tmp_path: Path) -> None:
    for name in ("a_20170131.csv", "b_20170228.csv.gz", "c_99990101.csv", "d_20170230.csv", "e.csv"):
        (tmp_path / "tax").mkdir(exist_ok=True)
        (tmp_path / "tax" / name).touch()
    assert cli._newest_extract(tmp_path) == date(2017, 2, 28)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(document: Path) -> None:
    for command in COMMAND.findall(document.read_text(encoding="utf-8")):
        with pytest.raises(SystemExit) as ending:
            cli.main([*command.split(), "--help"])
        assert ending.value.code == cli.DONE, command


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--memory-limit", "banana"],
        ["rules", "list", "--rules", "nowhere"],
        ["rules", "diff", "nowhere"],
    ],
)
def test_a_value_that_cannot_be_used_is_refused_before_any_work(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(arguments)
    assert ending.value.code == cli.MISUSED
    assert arguments[-1] in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["explain", "珠宝"], ["evaluate"], ["sql", "FROM risk"], ["export", "--table", "risk"]]
)
def test_a_file_that_is_no_warehouse_is_wrong_use(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("w.duckdb", "records.parquet", "entities.parquet"):
        (tmp_path / name).write_text("not a database", encoding="utf-8")
    truth = ["--truth", str(tmp_path)] if command == ["evaluate"] else []
    assert cli.main([*command, "--warehouse", str(tmp_path / "w.duckdb"), *truth]) == cli.MISUSED
    assert "--warehouse" in capsys.readouterr().err


def test_an_error_spells_out_what_a_terminal_would_obey() -> None:
    told = ConfigError("a\x1b[2Jb\u202ec\x9bd\udcff", where="甲　乙\r", mend="x\u200by").sentence()
    assert told == "甲　乙\\u000d: a\\u001b[2Jb\\u202ec\\u009bd\\udcff; x\\u200by"


@pytest.mark.parametrize("number", ["²", "1" * 5000, "99999999999", "٣", "0"])
def test_a_number_that_nothing_can_hold_is_wrong_use(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["sql", "FROM run", "--limit", number])
    assert ending.value.code == cli.MISUSED
    assert "whole number" in capsys.readouterr().err


def test_train_estimates_pins_and_says_what_changed(
    district_made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--warehouse", str(tmp_path / "warehouse.duckdb"), "--out", str(tmp_path / "out")]
    assert cli.main(["train", "--inbox", str(district_made / "inbox"), *place]) == cli.DONE
    told = capsys.readouterr().out
    assert "estimated and pinned" in told
    assert re.search(r"^trade_name, exact, \+\d+\.\d → \+\d+\.\d", told, re.MULTILINE)
    pins = next(tmp_path.rglob("linking_models.jsonl")).read_text(encoding="utf-8")
    assert len(pins.splitlines()) == 1
    assert not list(tmp_path.rglob("night.duckdb")), "a night that only learns leaves nothing behind"
