"""A page of HTML as PDF, by WeasyPrint: no script, nothing fetched, the same bytes for the same page.

WeasyPrint is loaded only here and only when asked for: it needs Pango and a Chinese font on the machine,
and every other command does without.
"""

import contextlib
import io
import logging
from functools import cache
from typing import Any

from pipeline.errors import RunError

PACKAGES = "libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0 and fonts-noto-cjk"
MEND = f"install {PACKAGES} (names of Debian), then run the command again"
_PROBE = "企业核查"
_NO_FONT = "this machine has no Chinese font, so no PDF was made"


class PdfUnavailable(RunError):
    """This machine cannot make PDF; the sentence says what it lacks and what to install."""


def to_pdf(page: str, identifier: str) -> bytes:
    """The PDF of a page.

    Args:
        page: a whole HTML page that refers to nothing outside itself.
        identifier: what the PDF is known by; it makes the file's own id, which would be random otherwise.

    Raises:
        PdfUnavailable: if Pango or a Chinese font is missing.
    """
    _prove()
    made: bytes = _html(page).write_pdf(pdf_identifier=identifier.encode(), pdf_tags=True)
    return made


@cache
def _prove() -> None:
    """Sets a few Chinese characters once: where a glyph is missing, WeasyPrint says so to its log."""
    heard = _Heard()
    log = logging.getLogger("weasyprint")
    if not _has_fonts():
        raise PdfUnavailable(_NO_FONT, mend=MEND)
    log.addHandler(heard)
    try:
        _html(f'<html lang="zh-CN"><body>{_PROBE}</body></html>').write_pdf()
    finally:
        log.removeHandler(heard)
    if any(character in message for message in heard.messages for character in _PROBE):
        raise PdfUnavailable(_NO_FONT, mend=MEND)


def _has_fonts() -> bool:
    """Whether the machine has any font; without one Pango would end the process."""
    ffi = _weasyprint().text.ffi
    fonts = ffi.fontconfig.FcConfigGetFonts(ffi.fontconfig.FcInitLoadConfigAndFonts(), 0)
    return bool(fonts != ffi.ffi.NULL and fonts.nfont > 0)


def _html(page: str) -> Any:
    weasyprint = _weasyprint()

    class Nothing(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Fetches nothing, from the network or from the disk."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("a page refers to nothing outside itself")

    return weasyprint.HTML(string=page, url_fetcher=Nothing())


@cache
def _weasyprint() -> Any:
    told = io.StringIO()
    try:
        with contextlib.redirect_stdout(told):
            import weasyprint
    except (ImportError, OSError):
        raise PdfUnavailable("this machine lacks Pango, so no PDF was made", mend=MEND) from None
    log = logging.getLogger("weasyprint")
    log.handlers = [logging.NullHandler()]
    log.propagate = False
    return weasyprint


class _Heard(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
