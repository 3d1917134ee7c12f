"""The command that writes dossiers, and their PDF."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from pipeline.publish.one_firm import pdf
from pipeline.publish.one_firm.dossier import FOR_FIRM
from pipeline.settings import PROJECT_ROOT
from tests.publish.dossier.papers import AS_OF

TINY = '<html lang="zh-CN"><body><p>企业核查</p></body></html>'


def run(place: Any, out: Path, *words: str) -> int:
    return cli.main(["dossier", *words, "--warehouse", str(place.settings.warehouse), "--out", str(out)])


@pytest.fixture(scope="module")
def _pdfs() -> None:
    """Pango and a Chinese font; on a machine without them the test is skipped."""
    try:
        pdf._prove()
    except pdf.PdfUnavailable as problem:
        pytest.skip(str(problem))


@pytest.mark.usefixtures("_pdfs")
def test_the_command_writes_for_its_owner_alone(
    place: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "papers"
    assert run(place, out, "--street", "桂园街道", "--top", "1") == 0
    folder = out / str(AS_OF)
    assert sorted(file.name for file in folder.iterdir()) == ["E01.html", "E01.pdf"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    made = (folder / "E01.pdf").read_bytes()
    assert made.startswith(b"%PDF-") and b"CreationDate" not in made
    assert "1 dossier in" in capsys.readouterr().out


def test_the_command_tells_several_firms_apart(
    place: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, tmp_path, "E01", "罗湖区好味") == 2
    told = capsys.readouterr()
    assert "E03" in told.out and "E04" in told.out and "2 enterprises match" in told.err
    assert run(place, tmp_path, "没有这一家") == 2
    assert run(place, tmp_path) == 2
    assert run(place, tmp_path, "E01", "--street", "桂园街道") == 2
    assert run(place, tmp_path, "--street", "桂圆街道") == 2
    assert not list(tmp_path.iterdir())


def test_without_pango_the_page_is_still_written(
    place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking() -> None:
        raise pdf.PdfUnavailable("this machine lacks Pango, so no PDF was made", mend=pdf.MEND)

    monkeypatch.setattr(pdf, "_prove", lacking)
    old = tmp_path / str(AS_OF) / f"E01{FOR_FIRM}.pdf"
    old.parent.mkdir()
    old.write_bytes(b"an older night's")
    assert run(place, tmp_path, "E01", "--for-firm") == 3
    assert [file.name for file in (tmp_path / str(AS_OF)).iterdir()] == [f"E01{FOR_FIRM}.html"]
    assert "fonts-noto-cjk" in capsys.readouterr().err


@pytest.mark.usefixtures("_pdfs")
def test_a_pdf_has_the_same_bytes_again_and_fetches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { display: none }", encoding="utf-8")
    reaching = TINY.replace("<body>", f'<body><link rel="stylesheet" href="{secret.as_uri()}">')
    assert pdf.to_pdf(TINY, "a") == pdf.to_pdf(TINY, "a") == pdf.to_pdf(reaching, "a")


def test_a_machine_without_chinese_glyphs_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_PROBE", "\U0003fffd")  # no font has this one
    with pytest.raises(pdf.PdfUnavailable, match="no Chinese font"):
        pdf._prove.__wrapped__()


def test_a_machine_without_any_font_is_told_so(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    code = "from pipeline.publish.one_firm import pdf; pdf.to_pdf('<p>企业</p>', 'a')"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"FONTCONFIG_FILE": str(config), "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
    )
    assert "no Chinese font" in ended.stderr
