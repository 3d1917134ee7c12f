"""Valid files and what transfers, editors and disks make of them; for the short and the long fuzz run."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator

import pyarrow as pa

from tests.ingest import writing
from tests.ingest.reading import ReadFile

HEADER = ["案件编号", "当事人", "案发地点", "立案日期", "罚款金额（万元）", "整改情况", "违法行为"]
ROWS = [
    HEADER,
    *(
        [f"A{n}", f"样例{n}", f'路{n}号"二"楼,甲', f"2017-1-{n}", f"{n},000", "已整改", "占道经营"]
        for n in range(1, 25)
    ),
]
_PUT = (b'"', b",", b"\n", b"\r", b"\x00", b"\t", b"\xff\xfe")


def as_text(codec: str, delimiter: str) -> bytes:
    """The table with a title above and a total below."""
    lines = writing.delimited(ROWS, delimiter=delimiter, end="\r\n")
    return f"某区台账\r\n{lines}合计".encode(codec)


def as_workbook() -> bytes:
    """The same as a workbook with a merged title."""
    return writing.workbook(writing.Sheet("数据", [["某区台账"], *ROWS], ["A1:G1"]))


def as_parquet() -> bytes:
    """The same as Parquet."""
    return writing.parquet({name: pa.array([row[i] for row in ROWS[1:]]) for i, name in enumerate(HEADER)})


def seeds() -> list[tuple[str, bytes, bool]]:
    """(suffix, valid bytes, whether to change the content before it is packed again)."""
    text = as_text("utf-8", ",")
    old = writing.old_workbook(writing.Sheet("数据", ROWS))
    return [
        ("csv", text, False),
        ("csv", as_text("gb18030", "\t"), False),
        ("csv", as_text("utf-16", ";"), False),
        ("csv.gz", writing.gzipped(text), False),
        ("csv.gz", text, True),
        ("csv.zip", writing.zipped(("a.csv", text)), False),
        ("xlsx", as_workbook(), False),
        ("xlsx", as_workbook(), True),
        ("xls", old, False),
        ("parquet", as_parquet(), False),
    ]


def rezipped(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed and everything else whole."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            new.writestr(item.filename, change(part) if "sheet1" in item.filename else part)
    return stream.getvalue()


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to six cuts, flips, repeats, swaps, insertions."""
    for _ in range(dice.randint(1, 6)):
        at, length = dice.randrange(len(data) + 1), dice.choice((1, 1, 2, 8, 60))
        piece = data[at : at + length]
        data = dice.choice(
            (
                data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :],
                data[:at] + dice.randbytes(length) + data[at:],
                data[:at] + data[at + length :],
                data[:at] + piece * 3 + data[at + length :],
                data[:at] + dice.choice(_PUT) + data[at:],
                data[: max(at, 40)] if dice.random() < 0.1 else data,
            )
        )
        data = data or b"\x00"
    return data


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """(suffix, bytes) of so many damaged files, the same for the same seed."""
    dice, valid = random.Random(seed), seeds()
    for n in range(count):
        suffix, data, inside = valid[n % len(valid)]
        if not inside:
            yield suffix, mutated(data, dice)
        elif suffix == "xlsx":
            yield suffix, rezipped(data, lambda part: mutated(part, dice))
        else:
            yield suffix, writing.gzipped(mutated(data, dice))


def check(seen: ReadFile) -> None:
    """A file is used, or refused in one sentence; its rows add up either way."""
    loaded = seen.loaded
    if loaded.refusal is not None:
        assert loaded.refusal.strip() and "\n" not in loaded.refusal and "Traceback" not in loaded.refusal
        assert loaded.accepted == 0
    else:
        assert loaded.accepted == seen.accepted.num_rows
    assert loaded.rows == loaded.accepted + loaded.rejected + loaded.not_data
