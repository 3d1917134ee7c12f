"""Every command line that a document shows runs on a published night, or is named here with the reason."""

import contextlib
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli, cli_duty, cli_options
from pipeline.settings import PROJECT_ROOT
from tests.test_cli_catalogue import LINES

DOCUMENTS = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh.md", *PROJECT_ROOT.glob("docs/**/*.md")]
COMMAND = r"(?:\$ )?((?:\.venv/bin/)?early-warning .*|make .*)$"
FENCED = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SHOWN = re.compile(rf"^\s*{COMMAND}", re.MULTILINE)
INDENTED = re.compile(rf"^ {{4}}{COMMAND}", re.MULTILINE)
# Within a sentence a bare name may stand for a command; with an option or a placeholder it is one to type.
INLINE = re.compile(r"`((?:\.venv/bin/)?early-warning [^`\n]*(?:--|\b[A-Z]{2,}\b)[^`\n]*|make [^`\n]+)`")
IN_TABLE = re.compile(r"^\| `(early-warning [^`\n]*)`", re.MULTILINE)
SERVER = "/var/lib/early-warning"
PARSED_ONLY = {
    "demo": "a whole night on a district of its own: make demo, make bundle-check",
    "run": "a whole night: tests/test_flows.py",
    "train": "the half of a night: tests/test_cli.py",
    "schedule": "serves for ever: tests/test_deploy.py",
    "notify": "sends to other machines: tests/duty/test_notify.py",
    "rollback": "needs two generations: tests/publish/test_publish_chaos.py",
    "rules check": "seconds: tests/test_rules.py",
    "rules test": "seconds: tests/test_rules.py",
    "rules mutate": "a minute: tests/test_rules.py",
}
A_DAY = "2017-03-31"
ANSWERS = {"NAME": "某科", "姓名": "某科", "…": "说明", "D": A_DAY, "DAY": A_DAY, "DATE": A_DAY}


def commands(text: str) -> list[str]:
    """Command lines in fenced blocks, on indented lines, in tables, and those to type within a sentence."""
    found = [*typed(text), *INLINE.findall(text), *IN_TABLE.findall(text)]
    return list(dict.fromkeys(found))


def typed(text: str) -> list[str]:
    """Command lines in fenced blocks and on indented lines: what people copy."""
    return [
        *(line for block in FENCED.findall(text) for line in SHOWN.findall(block)),
        *INDENTED.findall(text),
    ]


def words_of(command: str) -> list[str]:
    """The words of a command line after the program, optional parts taken."""
    plain = re.sub(r"\[(--[^\]]*)\]", r"\1", command)
    plain = re.sub(r" \[[A-Z]+ …\]", "", plain)
    return shlex.split(plain, comments=True)[1:]


class Project:
    """A checkout in which the demo has run: every placeholder of the documents stands for something in it."""

    def __init__(self, folder: Path, night: Any, made: Path) -> None:
        self.folder = folder
        self.demo = folder / "data" / "demo"
        self.server = folder / "server"
        night.copy_to(self.demo)
        (self.demo / "published").symlink_to("out")
        (self.demo / "truth").symlink_to(made / "truth")
        (self.demo / "inbox").symlink_to(made / "inbox")
        (self.server / "analysts").mkdir(parents=True)
        for name in ("restricted", "published", "inbox"):
            (self.server / name).symlink_to(self.demo / name)
        (self.server / "analysts" / "warehouse.duckdb").symlink_to(self.demo / "warehouse.duckdb")
        self.rules = folder / "rules"
        self.rules.symlink_to(PROJECT_ROOT / "rules")
        self.firms = [
            str(row[0]) for row in night.rows("SELECT enterprise_id FROM risk ORDER BY rank_in_district")
        ]
        self.kept = str(
            night.rows("SELECT file FROM extract_status WHERE extract = 'tax' AND accepted > 0 ORDER BY 1")[
                0
            ][0]
        )
        self.catalogue = folder / "edition.csv"
        self.catalogue.write_text(LINES, encoding="utf-8")
        self.ran: set[tuple[str, ...]] = set()
        self.made: set[str] = set()

    def objection(self) -> str:
        """The id of the objection that was received last."""
        register = self.demo / "restricted" / "corrections" / "objections.jsonl"
        return str(json.loads(register.read_text(encoding="utf-8").splitlines()[-1])["objection_id"])

    def filled(self, words: list[str]) -> list[str]:
        """The words with each placeholder and each path of the server replaced."""
        group = " ".join(words[:2])
        values = {
            **ANSWERS,
            "ENTERPRISE": self.firms[0],
            "ENTERPRISE_ID": self.firms[0],
            "RULE": "wage_case_of_many",
            "OTHER": str(self.rules),
            "COPY": str(self.rules),
            "DIR": str(self.folder / "folder"),
            "FILE": {
                "archive withdraw": self.kept,
                "archive reinstate": self.kept,
                "catalogue import": str(self.catalogue),
                "rules try": str(next(self.rules.glob("*/wage_case_of_many.yml"))),
            }.get(group, str(self.demo / "warehouse.duckdb")),
        }
        if "OBJECTION_ID" in words:
            values["OBJECTION_ID"] = self.objection()
        done = [values.get(word, word).replace(SERVER, str(self.server)) for word in words]
        if "--top" in done:
            done[done.index("--top") + 1] = "1"
        if group == "catalogue import" and not Path(done[2]).is_relative_to(self.folder):
            shutil.copy(self.catalogue, done[2].replace(".xlsx", ".csv"))
            done[2] = done[2].replace(".xlsx", ".csv")
        return done


@pytest.fixture(scope="module")
def project(
    whole_night: Any, district_made: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """The checkout, while the command line takes its `data/` for the one in the working folder."""
    made = Project(tmp_path_factory.mktemp("project"), whole_night, district_made)
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(made.folder):
        for module in (cli, cli_options, cli_duty):
            patch.setattr(module, "DEMO", made.demo)
        for module in (cli, cli_options):
            patch.setattr(module, "DATA", made.demo.parent)
        yield made


def _name(words: list[str]) -> str:
    return next((name for name in (" ".join(words[:2]), words[0]) if name in PARSED_ONLY), "")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_a_document_runs(
    document: Path, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in commands(document.read_text(encoding="utf-8")):
        if command.startswith("make "):
            if command in project.made:
                continue
            project.made.add(command)
            made = subprocess.run(
                ["make", "--dry-run", *words_of(command)], cwd=PROJECT_ROOT, capture_output=True, text=True
            )
            assert made.returncode == 0, f"{command}: {made.stderr}"
            continue
        words = words_of(command)
        if _name(words):
            cli._parser().parse_args(project.filled(words))
            continue
        filled = project.filled(words)
        if tuple(filled) in project.ran:
            continue
        project.ran.add(tuple(filled))
        capsys.readouterr()
        try:
            code = cli.main(filled)
        except SystemExit as ending:
            code = int(str(ending.code))
        assert code in (cli.DONE, cli.ATTENTION), f"{command}: {capsys.readouterr().err}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_people_copy_names_the_program_where_it_lies(document: Path) -> None:
    lines = typed(document.read_text(encoding="utf-8"))
    assert [line for line in lines if line.startswith("early-warning")] == []


def test_the_documents_show_commands() -> None:
    shown = [words_of(line) for path in DOCUMENTS for line in commands(path.read_text(encoding="utf-8"))]
    for name in PARSED_ONLY:
        assert any(" ".join(words).startswith(name) for words in shown), f"no document shows {name}"
    assert words_of("early-warning archive withdraw FILE --why … [--since DATE]  # so") == [
        *("archive", "withdraw", "FILE", "--why", "…", "--since", "DATE")
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
