"""Contents beyond their declared term are removed; their proofs stay, and nights go on without them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import audit, cli, cli_forget, schema
from pipeline.declaration import load_source, load_sources
from pipeline.ingest import forgetting
from pipeline.journal import append_journal
from pipeline.publish.expired import Expired, expire
from pipeline.settings import PROJECT_ROOT

HEADER = "案件编号,当事人,案发地点,立案日期,罚款金额\n"
CONTENT = "填表人：王小明\n" + HEADER + "A1,样例,路1号,2017-1-1,2\nA2,样例,路2号,2017-1-2,3\n"
NAME = "案件_20170601.csv"
LAST_DAY = date(2022, 6, 1)
NEXT_DAY = LAST_DAY + timedelta(days=1)
SOURCES = load_sources(PROJECT_ROOT / "sources")
TERM = SOURCES["street_cases"].retention_reason


@pytest.fixture
def filled(place: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A place whose archive holds one file of 2017-06-01, on the day after its term."""
    place.put("street_cases", NAME, CONTENT)
    place.night("street_cases")
    place.clear()
    monkeypatch.setattr(cli, "_today", lambda: NEXT_DAY)
    return place


def forget(place: Any, *arguments: str) -> int:
    return cli.main(["forget", "--restricted", str(place.root / "restricted"), *arguments])


def archived(place: Any, suffix: str) -> list[Path]:
    return sorted((place.root / "restricted" / "archive" / "street_cases").glob(f"*.{suffix}"))


def test_without_yes_nothing_is_removed(filled: Any, capsys: pytest.CaptureFixture[str]) -> None:
    before = archived(filled, "json")[0].read_bytes()
    assert forget(filled) == cli.DONE
    told = capsys.readouterr().out
    assert f"{NAME} (" in told
    assert "2 rows of 2017-06-01, term of 5 years ended on 2022-06-01" in told
    assert TERM in told
    assert "nothing was removed" in told
    assert archived(filled, "parquet")
    assert archived(filled, "json")[0].read_bytes() == before
    assert audit.read(filled.root / "restricted") == []


def test_what_is_forgotten_leaves_its_proofs_alone(filled: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = archived(filled, "json")
    assert forget(filled, "--yes") == cli.DONE
    assert archived(filled, "parquet") == []
    note = json.loads(path.read_text(encoding="utf-8"))
    assert note["forgotten"] == {"on": "2022-06-02", "term": 5, "why": TERM, "upto": "2017-06-01"}
    assert (note["sha256"], note["rows"], note["files"][0]["file"]) == (path.stem, 2, NAME)
    assert note["parquet"]["sha256"]
    assert "王小明" not in path.read_text(encoding="utf-8")
    (entry,) = audit.read(filled.root / "restricted")
    proof = {"extract": "street_cases", "sha256": path.stem, "rows": 2, "upto": "2017-06-01"}
    assert entry.facts == {"files": [proof], "persons": 0, "handles": 0}
    place = ["--restricted", str(filled.root / "restricted")]
    assert cli.main(["archive", "verify", *place]) == cli.DONE
    capsys.readouterr()
    assert cli.main(["archive", "list", *place]) == cli.DONE
    assert "forgotten 2022-06-02" in capsys.readouterr().out
    assert cli.main(["archive", "restore", NAME, "--out", str(filled.root), *place]) == cli.FAILED
    assert "forgotten on 2022-06-02, 5 years after 2017-06-01" in capsys.readouterr().err
    assert forget(filled, "--yes") == cli.DONE
    assert len(audit.read(filled.root / "restricted")) == 1, "there was nothing more to forget"


def test_a_past_night_says_what_is_not_there_and_a_new_one_does_not_miss_it(filled: Any) -> None:
    forget(filled, "--yes")
    filled.put("grid", "东门_20170620.csv", "网格编号,街道,详细地址\nG1,东门街道,路1号\n")
    again = filled.night("street_cases", "grid")
    assert again.staged("street_cases") == []
    (told,) = [sentence for sentence in again.attention() if NAME in sentence]
    assert f"文件 {NAME}：保存期满，内容已于2022-06-02删除，只留凭证（保存5年：{TERM}）。" in told
    filled.put("street_cases", "案件_20220615.csv", HEADER + "A9,样例,路9号,2022-6-1,2\n")
    new = filled.night("street_cases", "grid", as_of=date(2022, 6, 30))
    assert [row["case_no"] for row in new.staged("street_cases")] == ["A9"]
    assert not any(NAME in sentence for sentence in new.attention())


def test_a_forgotten_file_is_not_taken_in_again_but_the_same_content_of_a_new_day_is(filled: Any) -> None:
    forget(filled, "--yes")
    filled.put("street_cases", NAME, CONTENT)
    seen = filled.night("street_cases", as_of=date(2022, 6, 30))
    assert seen.staged("street_cases") == []
    assert any("请移出收件夹" in sentence for sentence in seen.attention())
    assert archived(filled, "parquet") == []
    filled.clear()
    filled.put("street_cases", "案件_20220620.csv", CONTENT)
    assert len(filled.night("street_cases", as_of=date(2022, 6, 30)).staged("street_cases")) == 2
    filled.clear()
    assert len(filled.night("street_cases", as_of=date(2022, 7, 30)).staged("street_cases")) == 2
    assert forgetting.due(filled.root / "restricted", SOURCES, NEXT_DAY) == []


def test_a_term_ends_with_its_last_day(filled: Any) -> None:
    restricted = filled.root / "restricted"
    assert forgetting.due(restricted, SOURCES, LAST_DAY) == []
    (item,) = forgetting.due(restricted, SOURCES, NEXT_DAY)
    assert item.expired_on == LAST_DAY
    source = load_source(PROJECT_ROOT / "sources" / "tax")
    assert source.expires_on(date(2016, 2, 29)) == date(2021, 2, 28)


def test_what_was_broken_off_is_finished(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    restricted = filled.root / "restricted"
    due = forgetting.due(restricted, SOURCES, NEXT_DAY)

    def die(*_: object, **__: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", die)
        with pytest.raises(OSError, match="killed"):
            forgetting.forget(restricted, due, NEXT_DAY)
    assert archived(filled, "parquet")
    assert cli.main(["archive", "verify", "--restricted", str(restricted)]) == cli.FAILED
    assert filled.night("street_cases", as_of=date(2022, 6, 30), finish=False).staged("street_cases") == []
    assert forgetting.due(restricted, SOURCES, NEXT_DAY) == due
    forgetting.forget(restricted, due, NEXT_DAY)
    assert archived(filled, "parquet") == []


def test_files_of_the_inbox_and_extracts_that_nobody_declares_are_named(
    filled: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = filled.put("street_cases", NAME, CONTENT)
    (filled.root / "restricted" / "archive" / "water").mkdir()
    assert forget(filled, "--yes", "--inbox", str(filled.root / "inbox")) == cli.DONE
    told = capsys.readouterr().out
    assert f"to be moved out by hand: street_cases/{NAME}" in told
    assert "files of water, which no source declares" in told
    assert path.exists()


def test_forgetting_needs_an_archive(tmp_path: Path) -> None:
    assert cli.main(["forget", "--restricted", str(tmp_path)]) == cli.MISUSED
    assert cli_forget.DONE == cli.DONE


def test_hashes_of_persons_go_with_their_files(tmp_path: Path) -> None:
    """Three generations: of one beyond every term handles go too; those of the newest day stay."""
    days = (date(2010, 1, 1), date(2020, 1, 1), date(2022, 1, 1))
    for number, day in enumerate(days):
        folder = tmp_path / "generations" / f"run{number}"
        folder.mkdir(parents=True)
        append_journal(tmp_path / "journal.jsonl", {"run_id": folder.name, "as_of": str(day)})
        rows = [
            {
                "record_id": "grid:1",
                "extract": "grid",
                "column": "phone",
                "extract_date": since,
                "value_hash": "a",
            }
            for since in (date(2009, 12, 31), day, None)
        ]
        schema.put_table(folder / "persons.parquet", pa.Table.from_pylist(rows, schema=schema.PERSONS))
        handles = ["operator+door:1", "phone+name:1", "uscc:1", "door:1", "door+name:1", None]
        schema.put_table(
            folder / "identity.parquet", pa.table({"handle": handles, "enterprise_id": ["E"] * 6})
        )
    today = date(2022, 6, 1)
    wanted = Expired(persons=3 + 1 + 1, handles=2)
    assert expire(tmp_path, SOURCES, today, remove=False) == wanted
    assert expire(tmp_path, SOURCES, today, remove=True) == wanted
    assert expire(tmp_path, SOURCES, today, remove=True) == Expired(0, 0)
    left = pq.read_table(tmp_path / "generations" / "run0" / "identity.parquet")
    assert left["handle"].to_pylist() == ["uscc:1", "door:1", "door+name:1", None]
    assert len(pq.read_table(tmp_path / "generations" / "run2" / "persons.parquet")) == 2
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("generations/*/*")} == {0}
