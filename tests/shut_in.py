"""Runs a program where there is no network, and counts at the kernel what it tried to reach.

Called as a program, inside a namespace that `unshare --net` made, it brings the loopback up, makes sure that
no route leads out, and becomes the program that it is given.
"""

import errno
import fcntl
import ipaddress
import os
import re
import shutil
import socket
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

# Of Linux: the request that sets an interface's flags, and the flag that brings it up.
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
NOWHERE = ("192.0.2.1", 9)
CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
_ADDRESS = re.compile(
    r"^\d+<(?P<who>[^>]*)> .*?sa_family=(?P<family>AF_\w+)(?:.*?port=htons\((?P<port>\d+)\))?"
    r'(?:.*?(?:inet_addr\("|inet_pton\(AF_INET6, ")(?P<host>[^"]+)")?'
)


def command(program: Sequence[str], trace: Path | None = None) -> list[str]:
    """The command line that runs a program in a network namespace of its own.

    Args:
        program: the program and its words.
        trace: where strace notes each connection that is tried; None counts nothing.

    Raises:
        FileNotFoundError: if a tool that is needed is not installed.
    """
    for tool in ("unshare", *(["strace"] if trace else [])):
        if not shutil.which(tool):
            raise FileNotFoundError(f"{tool} is needed (Debian: apt-get install util-linux strace)")
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    watch = ["strace", "-f", "-qq", "--seccomp-bpf", "-Y", "-s", "0", "-e", CALLS, "-e", "signal=none"]
    watched = [*watch, "-o", str(trace)] if trace else []
    return [*alone, sys.executable, "-I", str(Path(__file__)), *watched, *program]


def reached(lines: Iterable[str]) -> Counter[str]:
    """What a trace says was tried: `loopback`, `this machine` (its sockets), else program, host and port."""
    found: Counter[str] = Counter()
    for line in lines:
        match = _ADDRESS.search(line)
        if match:
            found[_place(match)] += 1
    return found


def _place(match: re.Match[str]) -> str:
    if match["family"] in ("AF_UNIX", "AF_NETLINK", "AF_UNSPEC"):
        return "this machine"
    if match["host"] is None:
        return match["family"]
    said = ipaddress.ip_address(match["host"])
    # Java writes 127.0.0.1 as an address of IPv6.
    address = (said.version == 6 and said.ipv4_mapped) or said
    is_here = address.is_loopback or address.is_unspecified
    return "loopback" if is_here else f"{match['who']}: {address} port {match['port']}"


def _enter() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
        reason = probe.connect_ex(NOWHERE)
    routes = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    if reason != errno.ENETUNREACH or routes:
        sys.exit("shut_in: a route leads out of this namespace; nothing was run")
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    _enter()
