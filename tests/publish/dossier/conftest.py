"""A published night with one firm that many departments know, and its pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.one_firm.dossier import write_dossiers
from tests.publish.dossier.papers import AS_OF, STAGED, change


@pytest.fixture(scope="session")
def place(make_place: Callable[[], Any]) -> Any:
    """A published night with one firm that many departments know."""
    place = make_place()
    night = place.night(change=change)
    with night.connect() as con:
        for extract, staged in STAGED.items():
            for number, row in enumerate(staged, start=1):
                whole = {"row": number} | row | {"record_id": f"{extract}:{number}", "extract": extract}
                whole |= {"file": f"{extract}_20170331.csv", "extract_date": AS_OF, "superseded": False}
                names = ", ".join(f'"{name}"' for name in whole)
                marks = ", ".join("?" for _ in whole)
                con.execute(f"INSERT INTO stg_{extract} ({names}) VALUES ({marks})", list(whole.values()))
    place.finish(night)
    return place


@pytest.fixture
def page(place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes one dossier without its PDF and reads the page."""
    monkeypatch.setattr("pipeline.publish.one_firm.dossier.to_pdf", lambda *_: b"")

    def read(enterprise: str, warehouse: Path | None = None, *, for_firm: bool = False) -> str:
        written = write_dossiers(
            warehouse or place.settings.warehouse,
            place.sources,
            tmp_path,
            words=[enterprise],
            for_firm=for_firm,
        )
        return written.pages[0].read_text(encoding="utf-8")

    return read
