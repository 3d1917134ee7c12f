"""Every command line that a document shows is one that the command line, or the Makefile, takes."""

import re
import shlex
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.settings import PROJECT_ROOT

DOCUMENTS = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh.md", *PROJECT_ROOT.glob("docs/**/*.md")]
MAKEFILE = PROJECT_ROOT / "Makefile"
COMMAND = r"(?:\$ )?((?:\.venv/bin/)?early-warning .*|make .*)$"
FENCED = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SHOWN = re.compile(rf"^\s*{COMMAND}", re.MULTILINE)
INDENTED = re.compile(rf"^ {{4}}{COMMAND}", re.MULTILINE)
# Within a sentence a bare name may stand for a command; with an option or a placeholder it is one to type.
INLINE = re.compile(r"`((?:\.venv/bin/)?early-warning [^`\n]*(?:--|\b[A-Z]{2,}\b)[^`\n]*|make [^`\n]+)`")
PLACEHOLDER = re.compile(r"[A-Z]+")
DAYS = ("D", "DAY", "DATE")


def commands(text: str) -> list[str]:
    """Command lines in fenced blocks and on indented lines, and those to type within a sentence."""
    blocks = [line for block in FENCED.findall(text) for line in SHOWN.findall(block)]
    return [*blocks, *INDENTED.findall(text), *INLINE.findall(text)]


def filled(command: str) -> list[str]:
    """The words of a command line: optional parts taken, placeholders replaced by something that is there."""
    plain = command.replace("…", "x").replace("[--", "--").replace("]", "")
    return [_filled(word) for word in shlex.split(plain, comments=True)]


def _filled(word: str) -> str:
    if not PLACEHOLDER.fullmatch(word):
        return word
    if word in DAYS:
        return "2017-03-31"
    return str(MAKEFILE if word == "FILE" else PROJECT_ROOT)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_line_of_a_document_is_taken(
    document: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    targets = re.findall(r"^([a-z-]+):", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    parser = cli._parser()
    for command in commands(document.read_text(encoding="utf-8")):
        program, *words = filled(command)
        if program == "make":
            assert words[0] in targets, command
            continue
        for word in words:
            if re.fullmatch(r"[\w.-]+\.(xlsx|csv|yml)", word):
                Path(word).touch()
        try:
            parser.parse_args(words)
        except SystemExit:
            pytest.fail(f"{command}: {capsys.readouterr().err}", pytrace=False)


def test_the_documents_show_commands() -> None:
    for name in ("README.md", "README.zh.md", "docs/analyst-guide.md"):
        assert len(commands((PROJECT_ROOT / name).read_text(encoding="utf-8"))) > 3
    assert filled("early-warning archive withdraw FILE --why … [--since DATE]  # so") == [
        *("early-warning", "archive", "withdraw", str(MAKEFILE), "--why", "x", "--since", "2017-03-31")
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
