"""Every form in which a department may send the same three cases reads the same."""

import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

HEADER = ["案件编号", "当事人", "案发地点", "立案日期", "罚款金额（元）"]
ROWS = [
    ["A001", "样例面馆", "湖贝路1号（首层）", "2017-03-02", "500"],
    ["A002", "样例五金", "湖贝路2号", "2017-03-03", "1200"],
    ["A003", "样例𠮷洗衣", "湖贝路3号", "2017-03-04", "0.5"],
]
EXPECTED = [
    ("A001", "样例面馆", "湖贝路1号（首层）", dt.date(2017, 3, 2), 500.0),
    ("A002", "样例五金", "湖贝路2号", dt.date(2017, 3, 3), 1200.0),
    ("A003", "样例𠮷洗衣", "湖贝路3号", dt.date(2017, 3, 4), 0.5),
]


def text(
    delimiter: str = ",", end: str = "\n", *, quote: bool = False, above: str = "", below: str = ""
) -> str:
    mark = '"' if quote else ""
    lines = [delimiter.join(f"{mark}{cell}{mark}" for cell in line) for line in [HEADER, *ROWS]]
    return above + end.join(lines) + end + below


def gz(data: bytes) -> bytes:
    return gzip.compress(data)


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def workbook(*, titles: int = 0, typed: bool = False, sheets_before: int = 0) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for n in range(sheets_before):
        book.add_worksheet(f"说明{n}").write(0, 0, "填表说明")
    sheet = book.add_worksheet("数据")
    for n in range(titles):
        sheet.merge_range(n, 0, n, 4, "罗湖区占道经营案件台账")
    for r, line in enumerate([HEADER, *ROWS], start=titles):
        for c, cell in enumerate(line):
            if typed and r > titles and c == 3:
                sheet.write_number(r, c, (dt.date.fromisoformat(cell) - dt.date(1899, 12, 30)).days)
            elif typed and r > titles and c == 4:
                sheet.write_formula(r, c, f"={cell}*1", None, float(cell))
            else:
                sheet.write_string(r, c, cell)
    book.close()
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    columns: dict[str, Any] = {name: [row[i] for row in ROWS] for i, name in enumerate(HEADER)}
    columns["立案日期"] = [dt.date.fromisoformat(cell) for cell in columns["立案日期"]]
    columns["罚款金额（元）"] = [float(cell) for cell in columns["罚款金额（元）"]]
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


TITLES = "占道经营台账,,,,\n填报单位：城管局,,,,\n截至日期：2017年5月31日,,,,\n\n"
STARRED = text().replace("案件编号", "* 案件 编号").replace("当事人", "当事人【必填】")
OTHER_NAMES = text().replace("案件编号", "案号").replace("案发地点", "地点").replace("立案日期", "案发日期")
MORE_COLUMNS = text().replace("当事人", "经办科室,当事人", 1).replace("样例", "一科,样例")
TWO_LINES = text(above="案件编号,当事人,案发地点,处罚,\n").replace(
    ",".join(HEADER), ",,,立案日期,罚款金额（元）"
)
MIXED_ENDS = text().replace("500\n", "500\r\n").replace("1200\n", "1200\r")


def mixed_encodings(usual: str, second: str) -> bytes:
    lines = text().split("\n")
    return b"\n".join(line.encode(second if n == 2 else usual) for n, line in enumerate(lines))


MULTILINE_HEADER = text().replace("罚款金额（元）", '"罚款金额\n（元）"')
FORMS: dict[str, tuple[str, bytes]] = {
    "utf-8": ("a_20170601.csv", text().encode()),
    "utf-8 with mark": ("a_20170601.csv", text().encode("utf-8-sig")),
    "gb18030": ("a_20170601.csv", text().encode("gb18030")),
    "utf-16 with mark": ("a_20170601.csv", text("\t").encode("utf-16")),
    "utf-16 big-endian with mark": ("a_20170601.csv", b"\xfe\xff" + text().encode("utf-16-be")),
    "utf-16 without mark": ("a_20170601.csv", text("\t").encode("utf-16-le")),
    "utf-16 big-endian without mark": ("a_20170601.csv", text().encode("utf-16-be")),
    "tab": ("a_20170601.txt", text("\t").encode()),
    "semicolon": ("a_20170601.csv", text(";").encode("gb18030")),
    "bar": ("a_20170601.txt", text("|").encode()),
    "windows line ends": ("a_20170601.csv", text(end="\r\n").encode()),
    "old mac line ends": ("a_20170601.csv", text(end="\r").encode()),
    "mixed line ends": ("a_20170601.csv", MIXED_ENDS.encode()),
    "all quoted": ("a_20170601.csv", text(quote=True).encode("gb18030")),
    "gzip": ("a_20170601.csv.gz", gz(text().encode())),
    "zip": ("a_20170601.csv.zip", zipped(("内.csv", text().encode("gb18030")))),
    "zip without inner suffix": ("a_20170601.zip", zipped(("数据", text().encode()))),
    "txt.gz": ("a_20170601.txt.gz", gz(text("\t").encode())),
    "capital suffix": ("A_20170601.CSV", text().encode()),
    "title lines": ("a_20170601.csv", text(above=TITLES).encode()),
    "short title lines": ("a_20170601.csv", text(above="占道经营台账\n填报单位：城管局\n").encode()),
    "lines of nothing": ("a_20170601.csv", text(below=",,,,\n\n  ,,,,\n").encode()),
    "nul bytes": ("a_20170601.csv", text().replace("样例面馆", "样例\x00面馆").encode()),
    "zero-width and odd spaces": (
        "a_20170601.csv",
        text().replace("样例面馆", "\u200b样例面馆\u00a0\u3000").encode(),
    ),
    "header with stars, spaces, line break": (
        "a_20170601.csv",
        STARRED.replace("立案日期", "\u3000立案日期").encode(),
    ),
    "header cell over two lines": ("a_20170601.csv", MULTILINE_HEADER.encode()),
    "half-width brackets in header": ("a_20170601.csv", text().replace("（元）", "(元)").encode()),
    "other names of columns": (
        "a_20170601.csv",
        OTHER_NAMES.encode(),
    ),
    "unknown columns": ("a_20170601.csv", MORE_COLUMNS.encode()),
    "two-line header": ("a_20170601.csv", TWO_LINES.encode()),
    "header repeated below": ("a_20170601.csv", text(below=",".join(HEADER) + "\n").encode()),
    "workbook": ("a_20170601.xlsx", workbook()),
    "workbook with titles": ("a_20170601.xlsx", workbook(titles=3)),
    "workbook with serials and formulas": ("a_20170601.xlsx", workbook(typed=True)),
    "workbook with other sheets first": ("a_20170601.xlsx", workbook(sheets_before=2)),
    "workbook named csv": ("a_20170601.csv", workbook()),
    "workbook in zip": ("a_20170601.zip", zipped(("台账.xlsx", workbook(titles=1)))),
    "text named xls": ("a_20170601.xls", text("\t").encode("gb18030")),
    "parquet": ("a_20170601.parquet", parquet()),
    "one line in another encoding": (
        "a_20170601.csv",
        mixed_encodings("gb18030", "utf-8"),
    ),
    "one gb18030 line in utf-8": (
        "a_20170601.csv",
        mixed_encodings("utf-8", "gb18030"),
    ),
}


@pytest.mark.parametrize(("name", "data"), FORMS.values(), ids=FORMS.keys())
def test_form_reads_the_same(read_cases: Callable[..., Any], name: str, data: bytes) -> None:
    seen = read_cases(data, name)
    found = [
        (row["case_no"], row["name"], row["address"], row["opened_on"], row["fine"])
        for row in seen.staged("street_cases")
    ]
    assert found == EXPECTED
    (status,) = seen.status()
    assert status["state"] == "fresh"
    assert (status["accepted"], status["rejected"]) == (3, 0)
    assert status["file"] == name
    assert not seen.rejected()
    assert not seen.attention()


def test_unknown_columns_are_named(read_cases: Callable[..., Any]) -> None:
    name, data = FORMS["unknown columns"]
    assert "经办科室" in read_cases(data, name).status()[0]["reason"]


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a_20170601.csv", b"", "空"),
        ("a_20170601.csv", bytes(range(256)) * 40, "表头"),
        ("a_20170601.csv", "这不是一张表\n只是一段话".encode(), "表头"),
        ("a_20170601.csv", "当事人,案发地点,立案日期\n样例,路1号,2017-1-1\n".encode(), "案件编号"),
        ("a_20170601.csv.gz", gzip.compress(text().encode())[:-20], "压缩包"),
        ("a_20170601.zip", zipped(("a.csv", b"1"), ("b.csv", b"2")), "1个文件"),
        ("a_20170601.zip", b"PK\x03\x04 no zip", "压缩包"),
        ("a_20170601.xlsx", workbook()[:400], "压缩包"),
        ("a_20170601.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "工作簿"),
        ("a_20170601.parquet", b"PAR1" + b"x" * 100, "Parquet"),
        ("a_20170601.doc", text().encode(), "文件类型"),
        ("没有日期.csv", text().encode(), "日期"),
        ("a_20171301.csv", text().encode(), "日期"),
    ],
)
def test_refused_in_one_sentence(read_cases: Callable[..., Any], name: str, data: bytes, word: str) -> None:
    seen = read_cases(data, name)
    (status,) = seen.status()
    assert status["state"] == "refused"
    assert word in status["reason"]
    assert "\n" not in status["reason"]
    assert not seen.staged("street_cases")
    assert any(name in sentence for sentence in seen.attention())


@pytest.mark.parametrize("name", ["~$a_20170601.xlsx", ".a_20170601.csv", "a_20170601.csv.tmp", "Thumbs.db"])
def test_temporary_files_are_passed_over(place: Any, name: str) -> None:
    assert beside_another_extract(place, name) == ("missing", None)


def test_later_files_are_not_seen(place: Any) -> None:
    assert beside_another_extract(place, "a_20170701.csv") == ("missing", None)


def beside_another_extract(place: Any, name: str) -> tuple[str, str | None]:
    """State and file of street_cases, on a night that has a file of another extract."""
    place.put("street_cases", name, text())
    place.put("grid", "东门_20170601.csv", "网格编号,街道,详细地址\nG1,东门街道,路1号\n")
    seen = place.night("street_cases", "grid")
    (status,) = (row for row in seen.status() if row["extract"] == "street_cases")
    return status["state"], status["file"]


def test_required_column_gone_counts_its_rows(read_cases: Callable[..., Any]) -> None:
    seen = read_cases("当事人,案发地点,立案日期\n样例,路1号,2017-1-1\n样例,路2号,2017-1-1\n合计,2,\n")
    (status,) = seen.status()
    assert (status["rows"], status["rejected"], status["not_data"]) == (3, 2, 1)
    assert {(row["row"], row["column"]) for row in seen.rejected()} == {(1, "case_no"), (2, "case_no")}
