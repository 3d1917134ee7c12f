"""A clerk's answers are taken whole, once, or refused with the place and the mend."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from pipeline import clerk
from pipeline.errors import ConfigError
from pipeline.link.judgement.answers import UNSAID, import_answers
from pipeline.link.judgement.judgements import in_force, read_judgements

DAY = date(2017, 4, 1)
HEADER = ("序号", clerk.JUDGEMENT, clerk.REASON, clerk.RECORD, clerk.ENTERPRISE, clerk.TOLD)
RECORDS = (
    ("grid:1", "E1", "grid:1"),
    ("grid:1", "E1", "grid:2"),
    ("tax:1", "E1", "tax:1"),
    ("tax:1", "E2", "tax:1"),
)
Line = tuple[str, str, str, str, str]


def book(folder: Path, *lines: Line, records: tuple[tuple[str, str, str], ...] = RECORDS) -> Path:
    """A filled workbook: answer, reason, record, enterprise, verdict at export."""
    path = folder / "answers.xlsx"
    with xlsxwriter.Workbook(str(path)) as written:
        for name, rows in (
            (clerk.PAIRS, [HEADER, *((str(i), *line) for i, line in enumerate(lines, start=1))]),
            (clerk.RECORDS, [(clerk.RECORD, clerk.ENTERPRISE, clerk.SETTLED), *records]),
        ):
            page = written.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def test_answers_are_taken_for_every_record_that_they_settle_and_only_once(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ("同一主体", "实地看过", "grid:1", "E1", ""),
        ("", "没来得及", "tax:1", "E1", ""),
        ("无法判断", "", "tax:1", "E2", ""),
    )
    corrections = tmp_path / "restricted" / "corrections"
    taken = import_answers(path, corrections, "王核对", DAY)
    assert (len(taken.judgements), taken.known, taken.blank) == (3, 0, 1)
    assert str(taken).startswith("3 judgements taken (同一主体 2, 无法判断 1)")
    held = in_force(read_judgements(corrections))
    assert [(one.record_id, one.verdict, one.why, one.who, one.when) for one in held] == [
        ("grid:1", "same", "实地看过", "王核对", "2017-04-01"),
        ("grid:2", "same", "实地看过", "王核对", "2017-04-01"),
        ("tax:1", "unsure", UNSAID, "王核对", "2017-04-01"),
    ]
    written = (corrections / "links.jsonl").read_bytes()
    again = import_answers(path, corrections, "李复核", date(2017, 4, 2))
    assert (again.judgements, again.known) == ([], 3)
    assert (corrections / "links.jsonl").read_bytes() == written
    assert (corrections / "links.jsonl").stat().st_mode & 0o077 == 0


def test_a_line_is_never_glued_to_one_without_an_end(tmp_path: Path) -> None:
    corrections = tmp_path / "corrections"
    import_answers(book(tmp_path, ("同一主体", "", "grid:1", "E1", "")), corrections, "w", DAY)
    path = corrections / "links.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    import_answers(book(tmp_path, ("不是同一主体", "", "tax:1", "E1", "")), corrections, "w", DAY)
    assert len(in_force(read_judgements(corrections))) == 3


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([("同一", "", "grid:1", "E1", "")], ["row 2", clerk.JUDGEMENT, "不是同一主体"]),
        (
            [("", "", "tax:1", "E1", ""), ("同一主体", "", "grid:9", "E1", "")],
            ["row 3", "not one of this workbook"],
        ),
        (
            [("同一主体", "", "grid:1", "E1", ""), ("不是同一主体", "", "grid:1", "E1", "")],
            ["row 3", "contradicts", "row 2"],
        ),
        (
            [("同一主体", "", "tax:1", "E1", ""), ("同一主体", "", "tax:1", "E2", "")],
            ["row 3", "contradicts", "row 2"],
        ),
    ],
)
def test_answers_that_cannot_be_are_refused_whole(
    tmp_path: Path, lines: list[Line], words: list[str]
) -> None:
    good = ("不是同一主体", "", "grid:1", "E1", "")
    corrections = tmp_path / "corrections"
    with pytest.raises(ConfigError) as problem:
        import_answers(book(tmp_path, *lines), corrections, "w", DAY)
    for word in (clerk.PAIRS, *words):
        assert word in problem.value.sentence()
    assert not corrections.exists()
    import_answers(book(tmp_path, good), corrections, "w", DAY)
    assert len(read_judgements(corrections)) == 2


def test_an_answer_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    corrections = tmp_path / "corrections"
    import_answers(book(tmp_path, ("同一主体", "", "tax:1", "E1", "")), corrections, "w", DAY)
    changed = book(tmp_path, ("不是同一主体", "", "tax:1", "E1", ""))
    with pytest.raises(ConfigError, match="judged otherwise"):
        import_answers(changed, corrections, "w", DAY)
    exported_since = book(tmp_path, ("不是同一主体", "", "tax:1", "E1", "same"))
    import_answers(exported_since, corrections, "w", DAY)
    assert [one.verdict for one in in_force(read_judgements(corrections))] == ["different"]


def test_what_is_no_workbook_of_ours_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"review export"):
        import_answers(path, tmp_path, "w", DAY)
    with pytest.raises(ConfigError, match="empty"):
        import_answers(book(tmp_path, records=()), tmp_path, "w", DAY)
