"""Dossiers: for each firm one page of HTML and the same as PDF, readable by their owner alone."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import ConfigError
from pipeline.publish.one_firm.dossier_page import Night, firm_page, inspector_page
from pipeline.publish.one_firm.finding import Row, choices, find, rows_of
from pipeline.publish.one_firm.pdf import PdfUnavailable, to_pdf

FOR_FIRM = "_for_firm"


class SeveralMatch(ConfigError):
    """A word means several enterprises.

    Attributes:
        told: the lines that tell them apart.
    """

    def __init__(self, word: str, found: list[Row]) -> None:
        super().__init__(f"{len(found)} enterprises match {word!r}", mend="name one by its enterprise_id")
        self.told = "\n".join(choices(found))


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        folder: `<out>/<as-of>`.
        pages: the HTML files.
        lacking: why there is no PDF; empty where there is one for each page.
    """

    folder: Path
    pages: tuple[Path, ...]
    lacking: str


def write_dossiers(
    warehouse: Path,
    sources: Mapping[str, Source],
    out: Path,
    *,
    words: Sequence[str] = (),
    street: str | None = None,
    top: int = 0,
    for_firm: bool = False,
) -> Written:
    """Writes `<out>/<as-of>/<enterprise_id>.html` and `.pdf`, or `…_for_firm.html` and `.pdf`.

    Args:
        warehouse: the published warehouse; opened read-only.
        sources: the declarations.
        out: folder of dossiers; what is written into it is for its owner alone.
        words: enterprises, each an id, an old id, a code, or part of a name.
        street: instead of words, the street whose list's first `top` lines are wanted.
        top: how many lines.
        for_firm: the page that the firm itself may have.

    Raises:
        ConfigError: if there is no warehouse, or a word means no enterprise.
        SeveralMatch: if a word means several; nothing is written then.
    """
    con = db.open_published(warehouse)
    try:
        night = Night(**rows_of(con, "dossier_night")[0])
        wanted = _of_street(con, street, top) if street else _of_words(con, words)
        folder = out / str(night.as_of)
        page = firm_page if for_firm else inspector_page
        written, lacking = [], ""
        for enterprise_id in wanted:
            text = page(con, sources, night, enterprise_id)
            path = folder / f"{enterprise_id}{FOR_FIRM if for_firm else ''}.html"
            _write(path, text.encode())
            written.append(path)
            lacking = lacking or _write_pdf(path.with_suffix(".pdf"), text, f"{night.run_id} {path.stem}")
    finally:
        con.close()
    return Written(folder, tuple(written), lacking)


def _of_street(con: duckdb.DuckDBPyConnection, street: str, top: int) -> list[str]:
    return [row["enterprise_id"] for row in rows_of(con, "dossier_line", street=street, top=top)]


def _of_words(con: duckdb.DuckDBPyConnection, words: Sequence[str]) -> list[str]:
    wanted = []
    for word in words:
        found = find(con, word)
        if len(found) > 1:
            raise SeveralMatch(word, found)
        wanted.append(found[0]["enterprise_id"])
    return list(dict.fromkeys(wanted))


def _write_pdf(path: Path, page: str, identifier: str) -> str:
    """Writes the PDF, or takes an older one away and says why there is none."""
    try:
        _write(path, to_pdf(page, identifier))
    except PdfUnavailable as reason:
        path.unlink(missing_ok=True)
        return reason.sentence()
    return ""


def _write(path: Path, content: bytes) -> None:
    """Writes a file whole, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
    draft.replace(path)
