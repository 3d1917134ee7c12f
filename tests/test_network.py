"""The network guard refuses and notes what leaves this machine, and nothing else; traces are read rightly."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.db import OFFLINE
from pipeline.settings import PROJECT_ROOT
from tests.conftest import network_guard
from tests.shut_in import reached

TRIES = """
import socket
tries = [
    lambda: socket.create_connection(("127.0.0.1", 9), 1),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.create_connection(("192.0.2.1", 9), 1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.1", 53)),
]
for number, one in enumerate(tries):
    try:
        one()
    except PermissionError:
        print(number)
    except OSError:
        pass
"""
TRACE = """
1<python> connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.2")}, 16) = -1 E
1<python> connect(3, {sa_family=AF_INET, sin_port=htons(4200), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1<node> connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), \
inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 E
1<python> connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT
1<python> sendto(3, ""..., 10, 0, NULL, 0) = 10
1<Executor task l> connect(3, {sa_family=AF_INET6, sin6_port=htons(59731), \
sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr), sin6_scope_id=0}, 28) = 0
"""


def test_a_child_process_is_guarded_too(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    told = subprocess.run(
        [sys.executable, "-c", TRIES],
        env={**os.environ, network_guard.NOTE: str(note)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["2", "3", "4"]
    lines = note.read_text(encoding="utf-8").splitlines()
    assert [line.split()[-1] for line in lines] == ["192.0.2.1", "example.org", "198.51.100.1"]
    assert all("test_a_child_process_is_guarded_too" in line for line in lines)


@pytest.mark.parametrize("host", [None, "", "localhost", b"localhost", "127.0.0.9", "::1", "0.0.0.0", "::"])
def test_this_machine_is_free(host: object) -> None:
    assert network_guard.is_here(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "localhost.example.org", "db"])
def test_every_other_machine_is_not(host: str) -> None:
    assert not network_guard.is_here(host)


def test_a_trace_is_counted_by_place() -> None:
    assert reached(TRACE.splitlines()) == {
        "python: 10.0.0.2 port 53": 1,
        "node: 2001:db8::1 port 443": 1,
        "loopback": 2,
        "this machine": 1,
    }


def test_duckdb_never_fetches_an_extension() -> None:
    """Every connection that the program opens says so; a query must not make it download anything."""
    assert set(OFFLINE.values()) == {"false"}
    for path in PROJECT_ROOT.glob("pipeline/**/*.py"):
        text = path.read_text(encoding="utf-8")
        for opened in re.findall(r"(?:=|return|with) (duckdb\.connect\(.*\n.*)\n", text):
            assert "OFFLINE" in opened or "_SHUT" in opened, f"{path}: {opened}"
