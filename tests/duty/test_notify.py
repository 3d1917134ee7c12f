"""Notices: what is sent, and that whatever goes wrong with them is one sentence and nothing else."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.duty import notify
from pipeline.duty.config import Duty, Mail, Notify, load
from pipeline.duty.notify import Message, send
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT

NOW = datetime(2017, 3, 31, 18, 5, tzinfo=UTC)
MESSAGE = Message(
    "failed", "2017-03-31", "20170331-x-1", "夜间运行失败：没有规则", "early-warning status", NOW
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(notify, "WHOLE_SECONDS", 1.0)


class _Hook(BaseHTTPRequestHandler):
    answer = 200
    location = ""
    seen: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        self.seen.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.answer)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen."""


@contextmanager
def hook(answer: int = 200, location: str = "") -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A web server that takes notices; its address, and what it was sent."""
    seen: list[tuple[str, bytes]] = []
    handler = type("Hook", (_Hook,), {"answer": answer, "location": location, "seen": seen})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/told", seen
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def raw_server(lines: list[bytes], *, drip: bool = False) -> Iterator[tuple[int, bytearray]]:
    """A server that answers each line with the next of its own; its port, and all that it was sent."""
    heard = bytearray()
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        try:
            peer, _ = listening.accept()
            with peer, peer.makefile("rb") as words:
                for line in lines:
                    peer.sendall(line)
                    if b"354" in line:
                        while (said := words.readline()).strip() != b".":
                            heard.extend(said)
                    elif not drip:
                        heard.extend(words.readline())
                    time.sleep(0.1 if drip else 0)
        except OSError:
            pass

    threading.Thread(target=answer, daemon=True).start()
    try:
        yield listening.getsockname()[1], heard
    finally:
        listening.close()


def told_by(address: str, restricted: Path) -> list[str]:
    return send(MESSAGE, Duty(notify=Notify(webhook=address)), restricted)


def test_a_webhook_is_told_in_json(tmp_path: Path) -> None:
    with hook() as (address, seen):
        assert told_by(address, tmp_path) == []
    [(path, body)] = seen
    told = json.loads(body)
    assert path == "/told"
    assert told["state"] == "failed"
    assert told["run_id"] == "20170331-x-1"
    assert told["text"]["content"].splitlines() == [
        "夜间运行失败：没有规则",
        "批次：20170331-x-1",
        "查看：early-warning status",
    ]


def test_a_redirect_leads_nowhere(tmp_path: Path) -> None:
    with hook() as (elsewhere, seen), hook(302, elsewhere) as (address, _):
        assert told_by(address, tmp_path) == ["nobody was told by webhook: HTTPError 302"]
    assert not seen


def test_a_proxy_of_the_environment_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hook() as (proxy, asked), hook() as (address, seen):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        assert told_by(address, tmp_path) == []
    assert seen
    assert not asked


@pytest.mark.parametrize("answer", [500, 404])
def test_an_error_of_the_webhook_is_one_sentence_without_its_address(
    answer: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with hook(answer) as (address, _):
        assert told_by(address, tmp_path) == [f"nobody was told by webhook: HTTPError {answer}"]
    assert "/told" not in caplog.text


def test_a_refused_connection_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mail = Mail(host="127.0.0.1", port=port, sender="a@b", to=("c@d",))
    duty = Duty(notify=Notify(webhook=f"http://127.0.0.1:{port}/", mail=mail))
    problems = send(MESSAGE, duty, tmp_path)
    assert [problem.split(":")[0] for problem in problems] == [
        "nobody was told by mail",
        "nobody was told by webhook",
    ]
    assert all("ConnectionRefused" in problem for problem in problems)


def test_a_server_that_is_silent_or_drips_holds_up_no_night(tmp_path: Path) -> None:
    begun = time.monotonic()
    with raw_server([], drip=True) as (silent, _), raw_server([b"X"] * 100, drip=True) as (dripping, _):
        assert told_by(f"http://127.0.0.1:{silent}/", tmp_path)
        assert told_by(f"http://127.0.0.1:{dripping}/", tmp_path)
    assert time.monotonic() - begun < 5


GREETING = [b"220 here\r\n", b"250 here\r\n"]


def test_a_mail_is_sent_in_chinese(tmp_path: Path) -> None:
    lines = [*GREETING, b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 taken\r\n", b"221 bye\r\n"]
    with raw_server(lines) as (port, heard):
        mail = Mail(host="127.0.0.1", port=port, sender="early@example.cn", to=("duty@example.cn",))
        assert send(MESSAGE, Duty(notify=Notify(mail=mail)), tmp_path) == []
    letter = message_from_bytes(bytes(heard).split(b"data\r\n")[1].split(b"quit")[0], policy=policy.default)
    assert letter["Subject"] == "预警系统 2017-03-31：夜间运行失败"
    assert letter["To"] == "duty@example.cn"
    assert letter.get_content().splitlines() == MESSAGE.text().splitlines()  # type: ignore[attr-defined]


def test_a_password_waits_for_a_safe_line(tmp_path: Path) -> None:
    login = tmp_path / "login"
    login.write_text("somebody\nsecret\n", encoding="utf-8")
    login.chmod(0o600)
    with raw_server([*GREETING, b"221 bye\r\n"]) as (port, heard):
        mail = Mail(
            host="127.0.0.1", port=port, sender="a@b", to=("c@d",), tls="starttls", credentials="login"
        )
        assert send(MESSAGE, Duty(notify=Notify(mail=mail)), tmp_path) == [
            "nobody was told by mail: SMTPNotSupportedError"
        ]
    assert b"auth" not in heard.lower()
    assert b"mail" not in heard.lower()


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [(None, 0, "missing"), ("a\nb\n", 0o644, "others can read"), ("a\n", 0o600, "two lines")],
)
def test_credentials_that_cannot_be_used_are_told(
    text: str | None, mode: int, why: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "login").write_text(text, encoding="utf-8")
        (tmp_path / "login").chmod(mode)
    mail = Mail(host="127.0.0.1", sender="a@b", to=("c@d",), tls="tls", credentials="login")
    [problem] = send(MESSAGE, Duty(notify=Notify(mail=mail)), tmp_path)
    assert why in problem


def test_nobody_is_told_where_nobody_is_named(tmp_path: Path) -> None:
    assert load(tmp_path) == Duty()
    assert send(MESSAGE, load(tmp_path), tmp_path) == []


def test_the_example_of_the_settings_is_right(tmp_path: Path) -> None:
    (tmp_path / "duty.yml").write_bytes((PROJECT_ROOT / "deploy" / "duty.example.yml").read_bytes())
    duty = load(tmp_path)
    assert duty.notify.webhook
    assert duty.notify.mail
    assert duty.keep.nights == 400


@pytest.mark.parametrize(
    "text",
    [
        "notify: {webhook: file:///etc/passwd}",
        "notify: {webhook: ftp://host/x}",
        "notify: {when: [always]}",
        "notify: {mail: {host: h, sender: a@b, to: [], tls: none}}",
        "notify: {mail: {host: h, sender: a@b, to: [c@d], credentials: login}}",
        "keep: {nights: 1}",
        "kept: {nights: 9}",
    ],
)
def test_settings_that_cannot_be_meant_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "duty.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"duty\.yml:1"):
        load(tmp_path)
