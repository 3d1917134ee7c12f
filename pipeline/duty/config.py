"""`duty.yml` in the restricted folder: who is told when a night needs somebody, and how long nights are kept.

It lies there because addresses and the file that it names can be secrets. Without it nobody is told
and nothing is taken away.
"""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pipeline import strictyaml
from pipeline.declaration import Strict
from pipeline.errors import ConfigError

NAME = "duty.yml"
Occasion = Literal["failed", "attention"]


class Mail(Strict):
    """A mail to people, by one SMTP host.

    Attributes:
        host: the only host that is contacted.
        port: its port.
        tls: `none`; `starttls`, begun in plain text; `tls` from the first byte.
        sender: address that the mail comes from.
        to: addresses that it goes to.
        credentials: file in the restricted folder, mode 0600: user on the first line, password on the
            second. None: no login.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=25, gt=0, lt=65536)
    tls: Literal["none", "starttls", "tls"] = "none"
    sender: str = Field(pattern=r"^[^\s@]+@[^\s@]+$")
    to: tuple[str, ...] = Field(min_length=1)
    credentials: str | None = None

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> Self:
        if self.credentials and self.tls == "none":
            raise ValueError("a password is not sent in the open: set tls to starttls or tls")
        return self


class Notify(Strict):
    """Who is told, and when.

    Attributes:
        when: `failed` (also a night that died), `attention` (published, but something wants a person).
        webhook: http or https address that a JSON object is posted to.
        mail: a mail.
        ca: file in the restricted folder with the certificates of the own authority. None: the system's.
    """

    when: tuple[Occasion, ...] = ("failed", "attention")
    webhook: str | None = None
    mail: Mail | None = None
    ca: str | None = None

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("the address must be like https://host/path")
        return value


class Keep(Strict):
    """How long nights are kept.

    Attributes:
        nights: how many of the newest nights stay; None: all. What the law's clock needs stays too
            (`publish.keeping`).
    """

    nights: int | None = Field(default=None, ge=2)


class Duty(Strict):
    """All of `duty.yml`."""

    notify: Notify = Notify()
    keep: Keep = Keep()


def load(restricted: Path) -> Duty:
    """The settings of a place; those that do nothing where there is no file.

    Raises:
        ConfigError: if the file is wrong.
    """
    path = restricted / NAME
    return strictyaml.load(path, Duty, ConfigError) if path.exists() else Duty()
