"""Refuses each attempt of a Python process to reach another machine, and notes it.

Python's audit hooks see every socket of the process, whoever opened it. Loopback and sockets of this
machine are free. A line of the note: the test (or the program), what was tried, and the host.
"""

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

NOTE = "EARLY_WARNING_REACHED_OUT"
_ADDRESSED = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_NAMED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_HERE = {"", "localhost"}
_installed: list[bool] = []


def install() -> None:
    """Sets the guard up in this process, once; it cannot be taken down again."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_watch)


def noted() -> list[str]:
    """All attempts that were noted, by this process and by others that share its note."""
    path = Path(os.environ[NOTE])
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def is_here(host: object) -> bool:
    """Whether a host is this machine, told without asking anybody."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in _HERE:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, values: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        address = values[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in _NAMED:
        host = values[0]
    else:
        return
    if not is_here(host):
        _note(f"{os.environ.get('PYTEST_CURRENT_TEST') or ' '.join(sys.argv[:2])}: {event} {host}")
        raise PermissionError(f"the network guard refuses {event} {host}")


def _note(line: str) -> None:
    if NOTE in os.environ:
        with Path(os.environ[NOTE]).open("a", encoding="utf-8") as note:
            note.write(f"{line}\n")
