"""The empty catalogue that users fill in, as their spreadsheet program shows it."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import ConfigError
from pipeline.score.catalogue.model import TITLE
from pipeline.score.catalogue.template import COLUMNS, write_template


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    write_template(path)
    return openpyxl.load_workbook(path)


def test_the_first_sheet_explains_a_heading_and_a_sentence_a_line(book: openpyxl.Workbook) -> None:
    page = book["填写说明"]
    (title, *rows) = page.iter_rows(values_only=True)
    assert title == (f"{TITLE}：导入用表", None)
    assert len(rows) > 5
    assert all(heading and sentence for heading, sentence in rows)
    assert max(len(heading) for heading, _ in rows) < min(len(sentence) for _, sentence in rows)
    assert page.column_dimensions["A"].width < 20 < 90 < page.column_dimensions["B"].width
    assert (page["A1"].font.bold, page["A2"].font.bold, page["B2"].font.bold) == (True, True, False)
    assert page["A1"].font.size > page["A2"].font.size


def test_the_second_sheet_has_the_columns_whose_head_stays_in_sight(book: openpyxl.Workbook) -> None:
    page = book["目录"]
    (head,) = page.iter_rows(values_only=True)
    assert head == tuple(COLUMNS)
    widths = {
        place: dimension.width
        for dimension in page.column_dimensions.values()
        for place in range(dimension.min, dimension.max + 1)
    }
    assert widths == {
        place: pytest.approx(width, abs=0.9) for place, width in enumerate(COLUMNS.values(), start=1)
    }
    assert all(cell.font.bold and cell.border.bottom.style == "thin" for cell in page[1])
    assert page.freeze_panes == "C2", "the head, class and number"


def test_the_class_is_chosen_from_a_list_in_every_row_below_the_head(book: openpyxl.Workbook) -> None:
    (choice,) = book["目录"].data_validations.dataValidation
    assert choice.formula1 == '"限制,禁止,淘汰"'
    assert str(choice.sqref) == "A2:A1001"


def test_the_template_is_the_same_whenever_it_is_made(book: openpyxl.Workbook, tmp_path: Path) -> None:
    assert book.properties.created == datetime(2017, 1, 1)
    paths = [tmp_path / "1.xlsx", tmp_path / "2.xlsx"]
    for path in paths:
        write_template(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file can be made here"):
        write_template(tmp_path / "none" / "t.xlsx")
