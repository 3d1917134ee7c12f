"""What must hold of each reader of files, rules and queries, and of what is shown, whatever it is given."""

import argparse
import io
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipeline import cli_options, strictyaml, workbook
from pipeline.errors import ConfigError, PipelineError
from pipeline.ingest import splitting
from pipeline.ingest.decode import TextBlocks, decode_cell, tidy
from pipeline.ingest.delimited import read_delimited
from pipeline.ingest.find import shown_name
from pipeline.ingest.header import HeaderIndex, merge
from pipeline.ingest.raw import RawTable
from pipeline.ingest.refusal import Refused
from pipeline.ingest.typed import type_records
from pipeline.link.judgement.judgements import read_judgements
from pipeline.publish import asking
from pipeline.publish.forms import cells, table_text
from pipeline.score import admission
from pipeline.score.catalogue.reading import read_table
from tests.fuzz.trying import sources, tried


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


@contextmanager
def _file(name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def check_headers(drawn: tuple[list[str | None], list[str | None], str]) -> None:
    upper, lower = ([cell or "" for cell in row] for row in drawn[:2])
    index = HeaderIndex(sources()[drawn[2]])
    mapping = index.map(merge(upper, lower, index))
    assert len(set(mapping.positions.values())) == len(mapping.positions)
    index.score(upper), index.is_complete(lower)


def check_decoding(data: bytes) -> None:
    decode_cell(data)
    for block in (3, 64):
        found = "".join(TextBlocks(io.BytesIO(data), block))
        assert tidy(found) == found


def check_delimited(drawn: tuple[str, str]) -> None:
    header = ",".join(next(iter(column.headers)) for column in sources()[drawn[1]].columns.values())
    index = HeaderIndex(sources()[drawn[1]])
    for content in (drawn[0], f"{header}\n{drawn[0]}"):
        stream = io.BytesIO(content.encode(errors="replace"))
        for table in tried(lambda s=stream: list(read_delimited(TextBlocks(s, 64), index)), Refused) or []:
            assert {len(column) for column in table.columns} == {len(table.surplus)} == {len(table.short)}


def check_splitting(text: str) -> None:
    whole = tidy(text).replace("\r", "")
    found = splitting.find_plain_lines(whole, ",", 3)
    plain = [line for line in whole.split("\n") if line.count(",") == 2 and '"' not in line]
    columns, numbers = splitting.split_plain(found, found.is_plain, ",", 3)
    assert len(numbers) == len(plain)
    got = [[cell or "" for cell in row] for row in zip(*(c.to_pylist() for c in columns), strict=True)]
    assert got == [line.split(",") for line in plain]


def check_typed(drawn: tuple[list[list[str | None]], str]) -> None:
    source = sources()[drawn[1]]
    header = [column.headers[0] for column in source.columns.values()]
    rows = [(row * len(header))[: len(header)] for row in drawn[0]]
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(header))]
    raw = RawTable(tuple(header), columns, np.zeros(len(rows), np.int32), np.zeros(len(rows), bool), 1)
    batch = type_records(raw, HeaderIndex(source).map(header), source, date(2017, 6, 1), 1, _pool())
    rejected = {row for row, scope in _faults(batch.faults) if scope == "row"}
    assert batch.accepted.num_rows + len(rejected) + batch.not_data == len(rows)


def _faults(faults: pa.Table) -> list[tuple[int, str]]:
    return list(zip(faults["row"].to_pylist(), faults["scope"].to_pylist(), strict=True))


def check_sheets(data: bytes) -> None:
    tried(lambda: list(workbook.read_sheets(io.BytesIO(data), 512 * 1024**2, 10)), workbook.Unreadable)


def check_yaml(data: bytes) -> None:
    with _file("x.yml", data) as path:
        found = tried(lambda: strictyaml.read(path, ConfigError), ConfigError)
    assert found is None or _is_plain(found[0])


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return all(map(_is_plain, value)) if isinstance(value, list) else value is None or isinstance(value, str)


def check_expressions(text: str) -> None:
    used = tried(
        lambda: admission.admit(text, frozenset({"a", "b"}), frozenset({"x", "as_of"})), admission.Refused
    )
    if used is not None:
        assert used <= {"a", "b"}
        admission.not_boolean(text, {"a": "BIGINT", "b": "DATE"}, ["x"])


def check_corrections(drawn: tuple[bytes, bool]) -> None:
    for name in ("links.csv", "links.jsonl"):
        head = b"record_id,enterprise_id,verdict,who,when,why\n" if drawn[1] and name.endswith("csv") else b""
        with _file(name, head + drawn[0]) as path:
            for given_one in tried(lambda p=path: read_judgements(p.parent), ConfigError) or []:
                json.dumps(given_one.judgement.record_id).encode()


def check_catalogue(data: bytes) -> None:
    header = "类别,条目编号,内容,行业代码,工艺关键词,限期\n".encode()
    for content in (data, header + data):
        tried(lambda c=content: read_table(c, "x.csv", date(2011, 6, 1)), ConfigError)


@cache
def _warehouse() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    path = folder / "w.duckdb"
    if not path.exists():
        with duckdb.connect(str(path)) as con:
            con.execute("CREATE TABLE a AS SELECT 1 AS b, 'x' AS x")
    return path


def check_queries(text: str) -> None:
    for query in (text, f"SELECT {text} FROM a", f"FROM a WHERE x = '{text}'"):
        answer = tried(lambda q=query: asking.ask(_warehouse(), q, 5), ConfigError)
        if answer:
            for shown in (table_text.aligned_table, table_text.json_table):
                _seen(shown(answer.names, answer.rows))


def check_shown(text: str) -> None:
    _seen(cells.plain(text))
    _seen(shown_name(text.replace("/", "").replace("\x00", "") or "x"))
    _seen(PipelineError(text, where=text, mend=text).sentence())
    _seen(table_text.json_table([text], [(text,)]))
    assert json.loads(table_text.json_table(["a"], [(text,)])) == [{"a": text}]
    assert not cells.csv_text(cells.plain(text)).startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def _seen(text: str) -> None:
    """Nothing in what is printed moves a cursor, turns the writing or stays unseen."""
    assert not set(text) & _UNSEEN, [hex(ord(c)) for c in set(text) & _UNSEEN]
    text.encode()


_UNSEEN = frozenset(
    chr(code)
    for span in ((0, 9), (11, 32), (127, 160), (0x200B, 0x2010), (0x202A, 0x202F), (0x2066, 0x206A))
    for code in range(*span)
)


def check_options(text: str) -> None:
    for read in (cli_options.day, cli_options.positive, cli_options.memory):
        tried(lambda r=read: r(text), argparse.ArgumentTypeError, ValueError)
