"""The archive's commands: what it holds, whether it is whole, and a file taken out of it."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from pipeline.errors import PipelineError
from pipeline.ingest import archived, stock

HEADER = "案件编号,当事人,案发地点,立案日期,罚款金额\n"
CONTENT = (
    "处罚台账（单位：万元）\n" + HEADER + 'A1,样例,"路1号\n二楼",2017-1-1,2\n'
    "A2,样例,路2号,2017-1-2\nA3,样例,分店,路3号,2017-1-3,3\n,样例,路4号,2017-1-4,4\n合计,,,,9\n"
)
NAME = "案件_20170601.csv"


@pytest.fixture
def filled(place: Any) -> Any:
    """A place whose archive holds one file, its inbox empty again."""
    place.put("street_cases", NAME, CONTENT.encode("gb18030"))
    place.night("street_cases")
    place.clear()
    return place


def command(place: Any, *arguments: str) -> int:
    return cli.main(["archive", *arguments, "--restricted", str(place.root / "restricted")])


def test_list_tells_every_accepted_file(filled: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(filled, "list") == cli.DONE
    heading, line = capsys.readouterr().out.splitlines()
    (note,) = (filled.root / "restricted" / "archive").glob("*/*.json")
    size = f"{len(CONTENT.encode('gb18030')):,}"
    wanted = ["street_cases", NAME, "2017-06-01", note.stem[:12], "5", size, "2017-06-30T00:00:00Z"]
    assert line.split() == wanted
    assert "sha256" in heading


def test_verify_is_silent_about_what_is_whole(filled: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(filled, "verify") == cli.DONE
    assert len(capsys.readouterr().out.splitlines()) == 1


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("suffix", "damage", "word"),
    [
        ("parquet", flip, "is not what was stored"),
        ("parquet", lambda path: path.write_bytes(path.read_bytes()[:-9]), "is not what was stored"),
        ("parquet", Path.unlink, "is missing"),
        ("json", Path.unlink, "has no note"),
        ("json", lambda path: path.write_text("{"), "cannot be read"),
        ("json", lambda path: path.write_text(json.dumps({"sha256": path.stem})), "cannot be read"),
    ],
    ids=["a bit", "cut off", "gone", "note gone", "note cut off", "note empty"],
)
def test_damage_is_found_told_and_mended_by_the_file_itself(
    filled: Any, capsys: pytest.CaptureFixture[str], suffix: str, damage: Callable[[Path], Any], word: str
) -> None:
    (path,) = (filled.root / "restricted" / "archive").glob(f"*/*.{suffix}")
    damage(path)
    assert command(filled, "verify") == cli.FAILED
    (sentence,) = capsys.readouterr().out.splitlines()
    assert word in sentence
    assert "send the file again" in sentence
    command(filled, "list")
    assert ("1 notes cannot be read" in capsys.readouterr().out) == (word == "cannot be read")
    filled.put("grid", "东门_20170620.csv", "网格编号,街道,详细地址\nG1,东门街道,路1号\n")
    seen = filled.night("street_cases", "grid")
    assert seen.staged("street_cases") == []
    assert seen.attention(), "a night says that it cannot use it"
    filled.put("street_cases", NAME, CONTENT.encode("gb18030"))
    assert len(filled.night("street_cases").staged("street_cases")) == 2
    assert command(filled, "verify") == cli.DONE


def test_a_restored_file_means_what_the_departments_file_meant(filled: Any, tmp_path: Path) -> None:
    before = filled.night("street_cases").staged("street_cases")
    out = tmp_path / "again.csv"
    assert command(filled, "restore", NAME, "--out", str(out)) == cli.DONE
    assert out.stat().st_mode & 0o777 == 0o600
    lines = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert ",".join(lines[1]) + "\n" == HEADER
    assert ["A1", "样例", "路1号\n二楼", "2017-1-1", "2"] in lines
    other = type(filled)(tmp_path / "other")
    other.put("street_cases", NAME, out.read_bytes())
    seen = other.night("street_cases")
    assert seen.staged("street_cases") == before
    (status,) = seen.status()
    assert (status["accepted"], status["rejected"], status["not_data"]) == (2, 2, 1)


def test_restore_names_what_it_cannot_tell_apart(
    filled: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(filled, "restore", "nothing.csv", "--out", str(tmp_path)) == cli.MISUSED
    filled.put("street_cases", NAME, CONTENT.replace("A1", "A9"))
    filled.night("street_cases")
    capsys.readouterr()
    assert command(filled, "restore", NAME, "--out", str(tmp_path)) == cli.MISUSED
    told = capsys.readouterr().err
    hashes = [p.stem for p in (filled.root / "restricted" / "archive").glob("*/*.json")]
    assert len(hashes) == 2
    assert all(sha[:12] in told for sha in hashes)
    assert command(filled, "restore", hashes[0][:8], "--out", str(tmp_path)) == cli.DONE
    assert (tmp_path / f"{NAME}.csv").is_file()


def test_damaged_files_are_not_restored(filled: Any, tmp_path: Path) -> None:
    flip(next((filled.root / "restricted" / "archive").glob("*/*.parquet")))
    assert command(filled, "restore", NAME, "--out", str(tmp_path / "x.csv")) == cli.FAILED
    assert not (tmp_path / "x.csv").exists()


def test_an_archive_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="--restricted"):
        stock.list_files(tmp_path)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    archived.put(target, b"old")

    def fail(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(archived.os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        archived.put(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_withdrawn_file_is_left_out_and_earlier_nights_stay(filled: Any) -> None:
    later = HEADER + "A1,样例,路9号,2017-1-1,9\nA7,样例,路7号,2017-1-7,7\n"
    filled.put("street_cases", "案件_20170610.csv", later)

    def cases(as_of: date) -> dict[str, str]:
        rows = filled.night("street_cases", as_of=as_of).current("street_cases")
        return {row["case_no"]: row["address"] for row in rows}

    both, first = cases(date(2017, 6, 30)), cases(date(2017, 6, 5))
    assert set(both) - set(first) == {"A7"}
    words = ("--why", "报错了", "--by", "区城管局", "--since", "2017-06-20")
    assert command(filled, "withdraw", "案件_20170610.csv", *words) == cli.DONE
    seen = filled.night("street_cases", as_of=date(2017, 6, 30))
    assert {row["case_no"]: row["address"] for row in seen.current("street_cases")} == first
    state = {row["file"]: (row["state"], row["withdrawn"], row["reason"]) for row in seen.status()}
    assert state["案件_20170610.csv"] == ("refused", True, "区城管局已撤回该文件（报错了）")
    assert not any("20170610" in sentence for sentence in seen.attention()), "known, so it wants nobody"
    assert cases(date(2017, 6, 15)) == both, "nights before the withdrawal stay as they were"
    filled.clear()
    assert cases(date(2017, 6, 30)) == first, "the archive does not bring it back"
    assert command(filled, "reinstate", "案件_20170610.csv") == cli.DONE
    assert cases(date(2017, 6, 30)) == both


def test_a_withdrawn_snapshot_gives_way_to_the_one_before(place: Any) -> None:
    head = "网格编号,街道,房屋编码,详细地址,招牌名称\n"
    for day, sign in (("0501", "旧"), ("0601", "新")):
        place.put("grid", f"东门_2017{day}.csv", head + f"G1,东门街道,H1,路1号,{sign}\n")

    def signs() -> list[str]:
        return [row["sign_name"] for row in place.night("grid").current("grid")]

    assert signs() == ["新"]
    assert command(place, "withdraw", "东门_20170601.csv", "--why", "报错", "--by", "东门街道") == cli.DONE
    assert signs() == ["旧"]


def test_a_withdrawal_names_its_reason_and_file(filled: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command(filled, "withdraw", NAME)
    assert command(filled, "withdraw", "没有_20170601.csv", "--why", "x", "--by", "y") == cli.MISUSED
    assert "没有_20170601.csv" in capsys.readouterr().err
