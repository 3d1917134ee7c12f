"""Pages in a real browser: nothing fails, nothing is asked for, charts are drawn, axe finds nothing grave."""

from pathlib import Path
from typing import Any

import pytest

from tests.publish.browser import SIZES, Browser

CHARTS = {"first": 3, "second": 4}


@pytest.fixture(scope="module")
def reports(whole_night: Any, second_night: Any) -> dict[str, Path]:
    """A whole night's report, without history; and one with a trend, movers and hostile names."""
    return {"first": whole_night.night / "report.html", "second": second_night.today / "report.html"}


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("which", CHARTS)
def test_report_is_whole_in_a_browser(
    browser: Browser, reports: dict[str, Path], which: str, width: int
) -> None:
    look = browser.look(reports[which], width)
    assert look.errors == []
    assert look.requests == []
    assert look.overflow <= 0
    assert len(look.charts) == CHARTS[which]
    assert all(w > 300 and h > 20 for w, h in look.charts)


@pytest.mark.parametrize("which", CHARTS)
def test_axe_finds_no_grave_fault(browser: Browser, reports: dict[str, Path], which: str) -> None:
    assert browser.faults(reports[which]) == []


def test_axe_is_awake(browser: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<html><body><img src="x.png"><p style="color:#ddd">看不清的字</p></body></html>', encoding="utf-8"
    )
    rules = {fault.split(":")[0] for fault in browser.faults(bad)}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= rules
    look = browser.look(bad, 390)
    assert look.requests == [(tmp_path / "x.png").as_uri()] and look.errors
