"""Tells people that a night needs somebody: a webhook, a mail. Whatever goes wrong here is only logged.

Only the configured hosts are contacted: no proxy, no redirect. A message holds one sentence, the run's id
and where to look; nothing of firms or persons.
"""

import json
import logging
import smtplib
import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, Literal

from pipeline.duty.config import Duty, Mail, Notify
from pipeline.errors import ConfigError

logger = logging.getLogger("early_warning")
# Of one wait for the network, and of the whole message: a server that drips its answer holds up no night.
WAIT_SECONDS = 10.0
WHOLE_SECONDS = 30.0


@dataclass(frozen=True)
class Message:
    """What people are told.

    Attributes:
        state: `failed`, `died`, `attention`, or `trial`.
        as_of: the day of the night.
        run_id: of the night, once it had one.
        sentence: one Chinese sentence.
        look: where to look.
        sent_at: now, UTC.
    """

    state: Literal["failed", "died", "attention", "trial"]
    as_of: str
    run_id: str | None
    sentence: str
    look: str
    sent_at: datetime

    def text(self) -> str:
        """The message as lines."""
        return "\n".join((self.sentence, f"批次：{self.run_id or '尚未产生'}", f"查看：{self.look}"))


def send(message: Message, duty: Duty, restricted: Path) -> list[str]:
    """Sends a message by every configured way; returns one sentence for each that failed.

    Args:
        message: what to say.
        duty: the settings; without webhook and mail nothing is done.
        restricted: folder of the files that the settings name.
    """
    ways: dict[str, Callable[[], None]] = {}
    notify = duty.notify
    if notify.webhook:
        address = notify.webhook
        ways["webhook"] = lambda: _post(message, address, _tls(notify, restricted))
    if notify.mail:
        mail = notify.mail
        ways["mail"] = lambda: _mail(message, mail, _tls(notify, restricted), restricted)
    problems: dict[str, str] = {}
    threads = [
        threading.Thread(target=_attempt, args=(name, way, problems), daemon=True)
        for name, way in ways.items()
    ]
    for name in ways:
        problems[name] = "no answer in time"
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WHOLE_SECONDS)
    failed = [f"nobody was told by {name}: {why}" for name, why in sorted(problems.items())]
    for sentence in failed:
        logger.warning("%s", sentence)
    return failed


def _attempt(name: str, way: Callable[[], None], problems: dict[str, str]) -> None:
    try:
        way()
    except ConfigError as problem:
        problems[name] = problem.sentence()
    except Exception as problem:  # whatever it is, the night goes on; addresses may be secret
        code = getattr(problem, "code", None) or getattr(problem, "smtp_code", None)
        reason = getattr(problem, "reason", problem)
        kind = type(reason if isinstance(reason, Exception) else problem).__name__
        problems[name] = f"{kind} {code}" if code else kind
    else:
        del problems[name]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows nobody elsewhere; the answer counts as an error."""


def _post(message: Message, address: str, context: ssl.SSLContext) -> None:
    body = {
        "msgtype": "text",
        "text": {"content": message.text()},
        "system": "early-warning",
        "state": message.state,
        "as_of": message.as_of,
        "run_id": message.run_id,
        "sentence": message.sentence,
        "look": message.look,
    }
    request = urllib.request.Request(
        address,
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8"},
    )
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _NoRedirect, urllib.request.HTTPSHandler(context=context)
    )
    with opener.open(request, timeout=WAIT_SECONDS):
        pass


def _mail(message: Message, mail: Mail, context: ssl.SSLContext, restricted: Path) -> None:
    login = _login(restricted / mail.credentials) if mail.credentials else None
    name = socket.gethostname()
    with _connect(mail, context, name) as server:
        if mail.tls == "starttls":
            server.starttls(context=context)
        if login:
            server.login(*login)
        server.send_message(_letter(message, mail, name))


def _connect(mail: Mail, context: ssl.SSLContext, name: str) -> smtplib.SMTP:
    if mail.tls == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=WAIT_SECONDS, context=context)
    return smtplib.SMTP(mail.host, mail.port, name, timeout=WAIT_SECONDS)


def _letter(message: Message, mail: Mail, name: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = mail.sender
    letter["To"] = ", ".join(mail.to)
    letter["Subject"] = f"预警系统 {message.as_of}：{_SUBJECTS[message.state]}"
    letter["Date"] = format_datetime(message.sent_at)
    letter["Message-ID"] = make_msgid(domain=name)
    letter.set_content(message.text() + "\n", cte="base64")
    return letter


_SUBJECTS = {
    "failed": "夜间运行失败",
    "died": "夜间运行中断",
    "attention": "已发布，有事项需要处理",
    "trial": "试发",
}


def _login(path: Path) -> tuple[str, str]:
    if not path.is_file():
        raise ConfigError("the file with user and password is missing", where=path.name)
    if path.stat().st_mode & 0o077:
        raise ConfigError("others can read the password", where=path.name, mend="chmod 600")
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) < 2:
        raise ConfigError("user and password are two lines", where=path.name)
    return lines[0].strip(), lines[1]


def _tls(notify: Notify, restricted: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(restricted / notify.ca) if notify.ca else None)
