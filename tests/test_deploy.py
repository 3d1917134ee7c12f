"""What lies in deploy/ is what systemd and the program take."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.settings import PROJECT_ROOT

UNIT = PROJECT_ROOT / "deploy" / "systemd" / "early-warning-schedule.service"
PROGRAM = "/opt/early-warning/.venv/bin/early-warning"


def _unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8").replace("\\\n", " "))
    return parser


def test_the_unit_runs_a_command_that_exists() -> None:
    program, *words = shlex.split(_unit()["Service"]["ExecStart"])
    assert program == PROGRAM
    options = cli._parser().parse_args(words)
    writable = _unit()["Service"]["ReadWritePaths"]
    for path in (options.warehouse, options.out, options.restricted):
        assert str(path).startswith(writable)


def test_the_unit_shuts_the_job_in() -> None:
    service = _unit()["Service"]
    wanted = {
        "User": "earlywarning",
        "UMask": "0077",
        "ProtectSystem": "strict",
        "NoNewPrivileges": "yes",
        "PrivateTmp": "yes",
        "Restart": "on-failure",
        "CapabilityBoundingSet": "",
    }
    assert {name: service[name] for name in wanted} == wanted
    assert service["MemoryMax"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    here = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace(PROGRAM, shutil.which("true") or "/bin/true")
    here.write_text(text.replace("/opt/early-warning/docs", str(PROJECT_ROOT / "docs")), encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
