"""Dossiers in a real browser: nothing fails, is asked for or sticks out; axe finds nothing grave."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.one_firm.dossier import write_dossiers
from tests.publish.browser import Browser


@pytest.fixture(scope="module", params=[False, True], ids=["visit", "firm"])
def pages(made: Any, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[Path]:
    """A firm of the highest tier, and one with a hostile name."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.publish.one_firm.dossier.to_pdf", lambda *_: b"")
        written = write_dossiers(
            made.settings.warehouse,
            made.sources,
            tmp_path_factory.mktemp("papers"),
            words=["E01", "E02"],
            for_firm=request.param,
        )
    return list(written.pages)


def test_dossiers_are_whole_in_a_browser(browser: Browser, pages: list[Path]) -> None:
    for page in pages:
        for width in (1366, 390):
            look = browser.look(page, width)
            assert (look.errors, look.requests) == ([], [])
            assert look.overflow <= 0
    assert browser.faults(pages[0]) == []
