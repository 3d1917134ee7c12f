"""The synthetic district: same seed, same bytes; right shares; files that the declarations know."""

import csv
import gzip
import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from pipeline import district
from pipeline.declaration import Source, load_sources
from pipeline.district import world
from pipeline.district.fates import REASONS
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT

SOURCES = load_sources(PROJECT_ROOT / "sources")
OWN = {"序号", "备注", "数据更新时间"}


def read(path: Path) -> list[list[str]]:
    """All lines of a file that have a value, read as plainly as can be."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return [table.column_names, *[[v or "" for v in row.values()] for row in table.to_pylist()]]
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        rows = [[str(v) for v in row] for row in book.get_sheet_by_name("数据").to_python()]
    else:
        rows = list(csv.reader(io.StringIO(text_of(path), newline=""), delimiter=delimiter_of(text_of(path))))
    return [row for row in rows if any(cell.strip() for cell in row)]


def text_of(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(archive.namelist()[0])
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(path)


def delimiter_of(text: str) -> str:
    head = text[:4000]
    return max(",\t;|", key=head.count)


def plain(header: str) -> str:
    """A header without star, blanks, brackets and unit."""
    return re.sub(r"[\s*　]", "", header).replace("(", "（").replace(")", "）")


def header_at(rows: list[list[str]], source: Source) -> int:
    known = {plain(h) for column in source.columns.values() for h in column.headers}
    hits = [sum(plain(cell) in known for cell in row) for row in rows[:6]]
    return hits.index(max(hits))


def test_same_seed_gives_same_bytes(made, tmp_path: Path) -> None:
    district.generate(400, 5, date(2017, 3, 31), tmp_path, PROJECT_ROOT / "sources")
    first = sorted(p.relative_to(made.folder) for p in made.folder.rglob("*") if p.is_file())
    assert first == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    for name in first:
        assert (made.folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_another_seed_gives_another_district(made, tmp_path: Path) -> None:
    district.generate(60, 6, date(2017, 3, 31), tmp_path, PROJECT_ROOT / "sources")
    ours = {row[0] for row in made.con.execute("SELECT uscc FROM entities").fetchall()}
    theirs = set(pq.read_table(tmp_path / "truth/entities.parquet").column("uscc").to_pylist())
    assert len(ours & theirs) < 10


@pytest.mark.parametrize("extract", sorted(set(SOURCES) - {"street_returns"}))
def test_every_extract_has_files_with_declared_headers(made, extract: str) -> None:
    source = SOURCES[extract]
    units = r"（(?:元|千元|万元|亿元|人|月|个月|平方米|吨标准煤)）$"
    known = {re.sub(units, "", plain(h)) for column in source.columns.values() for h in column.headers}
    files = sorted((made.folder / "inbox" / extract).iterdir())
    assert files
    for path in files:
        assert re.fullmatch(r".+_\d{8}\.(csv|txt|xlsx|parquet|csv\.gz|csv\.zip)", path.name)
        rows = read(path)
        header = [re.sub(units, "", plain(cell)) for cell in rows[header_at(rows, source)] if cell.strip()]
        assert set(header) - OWN <= known, path.name
        assert len(header) == len(set(header))


def test_truth_covers_every_line_below_the_header(made) -> None:
    """Counted here by a reader that knows nothing of the generator."""
    counted = dict(
        made.con.execute("SELECT extract || '/' || file, max(row) FROM records GROUP BY ALL").fetchall()
    )
    listed = dict(
        made.con.execute("SELECT extract || '/' || file, count(*) FROM records GROUP BY ALL").fetchall()
    )
    assert counted == listed
    for path in sorted((made.folder / "inbox").glob("*/*")):
        rows = read(path)
        below = len(rows) - header_at(rows, SOURCES[path.parent.name]) - 1
        assert counted[f"{path.parent.name}/{path.name}"] == below, path.name


def test_lines_that_are_no_data_are_where_the_truth_says(made) -> None:
    found = made.con.execute("SELECT extract, file, row FROM records WHERE kind = 'not_data'").fetchall()
    assert found
    for extract, file, row in found:
        path = made.folder / "inbox" / extract / file
        rows = read(path)
        line = rows[header_at(rows, SOURCES[extract]) + row]
        assert re.match(r"合计|填表人|填报单位", next(cell for cell in line if cell)), (file, row)


def test_registry_rows_carry_the_code_that_truth_gives_their_entity(made) -> None:
    (path,) = (made.folder / "inbox" / "registry").iterdir()
    rows = read(path)
    at = header_at(rows, SOURCES["registry"])
    codes = SOURCES["registry"].columns["uscc"].headers
    place = next(i for i, cell in enumerate(rows[at]) if plain(cell) in codes)
    truth = dict(
        made.con.execute(
            "SELECT row, uscc FROM records JOIN entities USING (entity_id) "
            "WHERE extract = 'registry' AND usable_code"
        ).fetchall()
    )
    assert len(truth) > 350
    for row, code in truth.items():
        assert rows[at + row][place] == code


def test_shares(made) -> None:
    registered = made.one("SELECT count(*) FILTER (in_registry) FROM entities")[0]
    assert registered == 400 == made.summary.registered
    rows = made.one("SELECT count(*) FROM records WHERE kind <> 'not_data'")[0]
    assert rows == made.summary.rows
    assert 5 <= rows / registered <= 7.5
    usable = made.one(
        "SELECT avg(usable_code::INT) FROM records "
        "WHERE extract NOT IN ('registry', 'labour_market') AND kind <> 'not_data'"
    )[0]
    assert 0.3 <= usable <= 0.5
    assert 0.06 <= made.one("SELECT avg((NOT registered)::INT) FROM entities")[0] <= 0.11
    assert made.one("SELECT count(*) FROM records WHERE kind = 'broken'")[0] > 0


def test_about_one_in_twenty_is_low_end_and_every_reason_occurs() -> None:
    district_at_large = world.build(3, 6000, date(2017, 3, 31))
    reasons = district_at_large.fates.reasons()
    assert 0.04 <= district_at_large.fates.low_end.mean() <= 0.065
    assert {word for words in reasons for word in words} == set(REASONS)
    assert any(len(words) > 1 for words in reasons)


def test_low_end_firms_are_seen_and_have_reasons(made) -> None:
    assert made.one("SELECT count(*) FROM entities WHERE low_end <> (len(reasons) > 0)")[0] == 0
    assert made.one("SELECT count(*) FROM entities WHERE low_end <> (event_on IS NOT NULL)")[0] == 0
    unseen = made.one(
        "SELECT count(*) FROM entities WHERE low_end AND entity_id NOT IN "
        "(SELECT entity_id FROM records WHERE entity_id IS NOT NULL AND extract <> 'registry')"
    )[0]
    assert unseen <= 3


def test_sources_of_dirt(made) -> None:
    forms = {"".join(p.suffixes) for p in (made.folder / "inbox").glob("*/*")}
    assert {".csv", ".xlsx", ".parquet"} <= forms
    heads = [p.read_bytes()[:3] for p in (made.folder / "inbox").glob("*/*.csv")]
    assert any(h == b"\xef\xbb\xbf" for h in heads)
    assert any(h[:2] in (b"\xff\xfe", b"\xfe\xff") for h in heads) or len(heads) < 20
    everything = "".join(text_of(p) for p in (made.folder / "inbox").glob("*/*.csv"))
    for pattern in (r"\d\.\d+E\+\d\d", r"\d{6}\*{6}\w{6}", r"合计", r"440399\d{11}[\dX]"):
        assert re.search(pattern, everything), pattern


def test_files_of_others_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "tax").mkdir(parents=True)
    (tmp_path / "inbox" / "tax" / "x_20170101.csv").write_text("a", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds files already"):
        district.generate(60, 1, date(2017, 3, 31), tmp_path, PROJECT_ROOT / "sources")
    assert (tmp_path / "inbox" / "tax" / "x_20170101.csv").exists()


def test_too_few_firms(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="too few"):
        district.generate(3, 1, date(2017, 3, 31), tmp_path, PROJECT_ROOT / "sources")
