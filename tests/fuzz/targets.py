"""Every reader of what others wrote, with what must hold of it whatever it is given."""

import argparse
import io
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import cli_options, strictyaml, workbook
from pipeline.declaration import Role, Source, load_sources
from pipeline.errors import ConfigError, PipelineError
from pipeline.ingest import codes, dates, identity_number, splitting, units, words
from pipeline.ingest.amounts import parse_amount, read_amounts
from pipeline.ingest.decode import TextBlocks, decode_cell, tidy
from pipeline.ingest.delimited import read_delimited
from pipeline.ingest.find import shown_name
from pipeline.ingest.header import HeaderIndex, merge
from pipeline.ingest.raw import RawTable
from pipeline.ingest.refusal import Refused
from pipeline.ingest.typed import type_records
from pipeline.link.judgement.judgements import read_judgements
from pipeline.link.texts import addresses, folding, identifiers, names, numerals, persons, regions, trades
from pipeline.publish import asking
from pipeline.publish.forms import cells, table_text
from pipeline.score import admission
from pipeline.score.catalogue.reading import read_table
from pipeline.settings import PROJECT_ROOT
from tests.fuzz import drawing
from tests.ingest.mutation import as_workbook, mutants

LATEST = date(2027, 6, 1)
# A reader that takes longer over a short text tries every way to split it.
MOST_SECONDS = 5.0
_ROLES: tuple[Role | None, ...] = (None, "uscc", "registration_no", "taxpayer_id")


@dataclass(frozen=True)
class Target:
    """A reader under fuzz.

    Attributes:
        name: what it reads.
        drawn: what it is given.
        check: gives it that, and fails if anything but a value or a named refusal comes of it.
        share: of the examples that others get; a process a piece costs more.
    """

    name: str
    drawn: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    share: float = 1.0


def hold(target: Target, examples: int) -> int:
    """Runs a target on so many examples and tells how many it was given.

    Raises:
        Faulty: with what it failed with, and how many examples that took.
    """
    count = 0

    @settings(
        max_examples=max(1, int(examples * target.share)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(target.drawn)
    def check(drawn: Any) -> None:
        nonlocal count
        count += 1
        began = time.process_time()
        target.check(drawn)
        took = time.process_time() - began
        assert took < MOST_SECONDS, f"{took:.1f} s of processor time"

    try:
        check()
    except Exception as problem:
        raise Faulty(count) from problem
    return count


class Faulty(AssertionError):
    """A target failed; the first argument tells after how many examples."""


@cache
def _sources() -> dict[str, Source]:
    return load_sources(PROJECT_ROOT / "sources")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


@contextmanager
def _file(name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def _tried(read: Callable[[], Any], *refusals: type[Exception]) -> Any:
    try:
        return read()
    except refusals:
        return None


def _dates(text: str) -> None:
    found = _tried(lambda: dates.parse_date(text, LATEST), ValueError)
    assert found is None or found == dates.OPEN_END or date(1949, 1, 1) <= found <= LATEST
    label = _tried(lambda: dates.parse_period(text, LATEST), ValueError)
    assert label is None or dates.period_bounds(label)[0] <= dates.period_bounds(label)[1]


def _amounts(text: str) -> None:
    for unit in {unit.family: unit for unit in units.UNITS.values()}.values():
        found = _tried(lambda unit=unit: parse_amount(text, unit), ValueError)
        assert found is None or math.isfinite(found)
        column = read_amounts(pa.array([text]), unit).values.to_pylist()
        assert all(value is None or math.isfinite(value) for value in column)
    units.find_unit(text), units.names_unit(text), units.is_foreign(text)


def _codes(text: str) -> None:
    for role in _ROLES:
        whole = _tried(lambda role=role: codes.parse_code(text, role), ValueError)
        read = codes.read_codes(pa.array([text]), role).values.to_pylist()
        assert whole is None or read == [whole]
    partial = codes.partial_code(text)
    for role in ("uscc", "registration_no", "taxpayer_id", "org_code"):
        identifiers.read_code(text, partial, role)


def _identity_numbers(text: str) -> None:
    once = identity_number.mask_texts(pa.array([text]), LATEST)
    assert identity_number.mask_texts(once, LATEST).equals(once), "what is masked stays as it is"
    for old in (True, False):
        identity_number.mask_codes(pa.array([text, None]), LATEST, b"k" * 32, old_tax_ids=old)


def _words(text: str) -> None:
    _tried(lambda: words.parse_bool(text), ValueError)
    words.read_texts(pa.array([text, None]))
    words.read_lists(pa.array([text]), "[;、]")
    for source in _sources().values():
        for column in source.columns.values():
            if column.values:
                words.read_enums(pa.array([text]), column)
                return


def _names(text: str) -> None:
    folded = folding.fold(text)
    for sign in (False, True):
        parts = names.parse_name(text, sign)
        assert parts == names.parse_name(text, sign)
    names.is_person(text), names.is_bare_party(text), names.has_trade_word(folded)
    trades.split_form(folded), trades.split_industry(folded)
    folding.pinyin_key(text), folding.shape_key(text)


def _addresses(text: str) -> None:
    addresses.parse_address(text), addresses.read_street(text), addresses.read_community(text)
    addresses.road_key(text)


def _numerals(text: str) -> None:
    assert numerals.to_digits(numerals.to_digits(text)) is not None


def _regions(text: str) -> None:
    regions.strip_place(text), regions.without_place_behind(text), regions.is_elsewhere(text)
    assert 0 <= regions.place_length(text, False) <= len(text)
    regions.region_of(text)


def _persons(text: str) -> None:
    person = persons.read_person(text)
    assert person is None or 0 <= persons.surname_length(person) <= len(person)
    assert all(phone.isdigit() for phone in persons.read_phones(text))
    persons.fold_phone(text)


def _headers(drawn: tuple[list[str | None], list[str | None], str]) -> None:
    upper, lower = ([cell or "" for cell in row] for row in drawn[:2])
    index = HeaderIndex(_sources()[drawn[2]])
    mapping = index.map(merge(upper, lower, index))
    assert len(set(mapping.positions.values())) == len(mapping.positions)
    index.score(upper), index.is_complete(lower)


def _decoding(data: bytes) -> None:
    decode_cell(data)
    for block in (3, 64):
        found = "".join(TextBlocks(io.BytesIO(data), block))
        assert tidy(found) == found


def _delimited(drawn: tuple[str, str]) -> None:
    header = ",".join(next(iter(column.headers)) for column in _sources()[drawn[1]].columns.values())
    index = HeaderIndex(_sources()[drawn[1]])
    for content in (drawn[0], f"{header}\n{drawn[0]}"):
        stream = io.BytesIO(content.encode(errors="replace"))
        for table in _tried(lambda s=stream: list(read_delimited(TextBlocks(s, 64), index)), Refused) or []:
            assert {len(column) for column in table.columns} == {len(table.surplus)} == {len(table.short)}


def _splitting(text: str) -> None:
    whole = tidy(text).replace("\r", "")
    found = splitting.find_plain_lines(whole, ",", 3)
    plain = [line for line in whole.split("\n") if line.count(",") == 2 and '"' not in line]
    columns, numbers = splitting.split_plain(found, found.is_plain, ",", 3)
    assert len(numbers) == len(plain)
    got = [[cell or "" for cell in row] for row in zip(*(c.to_pylist() for c in columns), strict=True)]
    assert got == [line.split(",") for line in plain]


def _typed(drawn: tuple[list[list[str | None]], str]) -> None:
    source = _sources()[drawn[1]]
    header = [column.headers[0] for column in source.columns.values()]
    rows = [(row * len(header))[: len(header)] for row in drawn[0]]
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(header))]
    raw = RawTable(tuple(header), columns, np.zeros(len(rows), np.int32), np.zeros(len(rows), bool), 1)
    batch = type_records(raw, HeaderIndex(source).map(header), source, date(2017, 6, 1), 1, _pool())
    rejected = {row for row, scope in _faults(batch.faults) if scope == "row"}
    assert batch.accepted.num_rows + len(rejected) + batch.not_data == len(rows)


def _faults(faults: pa.Table) -> list[tuple[int, str]]:
    return list(zip(faults["row"].to_pylist(), faults["scope"].to_pylist(), strict=True))


def _sheets(data: bytes) -> None:
    _tried(lambda: list(workbook.read_sheets(io.BytesIO(data), 512 * 1024**2, 10)), workbook.Unreadable)


def _yaml(data: bytes) -> None:
    with _file("x.yml", data) as path:
        found = _tried(lambda: strictyaml.read(path, ConfigError), ConfigError)
    assert found is None or _is_plain(found[0])


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return all(map(_is_plain, value)) if isinstance(value, list) else value is None or isinstance(value, str)


def _expressions(text: str) -> None:
    used = _tried(
        lambda: admission.admit(text, frozenset({"a", "b"}), frozenset({"x", "as_of"})), admission.Refused
    )
    if used is not None:
        assert used <= {"a", "b"}
        admission.not_boolean(text, {"a": "BIGINT", "b": "DATE"}, ["x"])


def _corrections(drawn: tuple[bytes, bool]) -> None:
    for name in ("links.csv", "links.jsonl"):
        head = b"record_id,enterprise_id,verdict,who,when,why\n" if drawn[1] and name.endswith("csv") else b""
        with _file(name, head + drawn[0]) as path:
            for given_one in _tried(lambda p=path: read_judgements(p.parent), ConfigError) or []:
                json.dumps(given_one.judgement.record_id).encode()


def _catalogue(data: bytes) -> None:
    header = "类别,条目编号,内容,行业代码,工艺关键词,限期\n".encode()
    for content in (data, header + data):
        _tried(lambda c=content: read_table(c, "x.csv", date(2011, 6, 1)), ConfigError)


@cache
def _warehouse() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    path = folder / "w.duckdb"
    if not path.exists():
        with duckdb.connect(str(path)) as con:
            con.execute("CREATE TABLE a AS SELECT 1 AS b, 'x' AS x")
    return path


def _queries(text: str) -> None:
    for query in (text, f"SELECT {text} FROM a", f"FROM a WHERE x = '{text}'"):
        answer = _tried(lambda q=query: asking.ask(_warehouse(), q, 5), ConfigError)
        if answer:
            for shown in (table_text.aligned_table, table_text.json_table):
                _seen(shown(answer.names, answer.rows))


def _shown(text: str) -> None:
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


def _options(text: str) -> None:
    for read in (cli_options.day, cli_options.positive, cli_options.memory):
        _tried(lambda r=read: r(text), argparse.ArgumentTypeError, ValueError)


_extract = st.sampled_from(sorted(path.parent.name for path in PROJECT_ROOT.glob("sources/*/source.yml")))
_yamls = st.recursive(
    drawing.short,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(drawing.short, inner, max_size=3),
)
_judged = st.fixed_dictionaries(
    {name: drawing.short | st.none() | st.integers() for name in ("record_id", "enterprise_id", "who", "why")}
    | {"verdict": st.sampled_from(["same", "different", "x"]), "when": drawing.short | st.just("2017-03-31")}
)
_lines_of_json = st.lists(_judged, max_size=4).map(
    lambda rows: "\n".join(json.dumps(row) for row in rows).encode()
)
_logic = st.recursive(
    st.sampled_from(["a", "b", "$x", "1", "'x'", "NULL", "true", "DATE '2017-01-01'", "$y", "c"])
    | drawing.short,
    lambda inner: st.tuples(
        st.sampled_from(
            ["({} + {})", "{} AND {}", "{} = {}", "coalesce({}, {})", "CASE WHEN {} THEN {} END"]
        ),
        inner,
        inner,
    ).map(lambda t: t[0].format(t[1], t[2])),
    max_leaves=8,
)

TARGETS = (
    Target("dates and periods", drawing.text, _dates),
    Target("amounts and units", drawing.text, _amounts),
    Target("codes and identifiers", drawing.text, _codes),
    Target("identity numbers", drawing.text, _identity_numbers),
    Target("words, lists, truth values", drawing.text, _words),
    Target("names", drawing.text, _names),
    Target("addresses", drawing.text, _addresses),
    Target("numerals", drawing.text, _numerals),
    Target("regions", drawing.text, _regions),
    Target("persons and phones", drawing.text, _persons),
    Target("headers", st.tuples(drawing.cells, drawing.cells, _extract), _headers),
    Target("decoding", drawing.data, _decoding),
    Target("delimited text", st.tuples(drawing.lines, _extract), _delimited),
    Target("splitting", drawing.lines, _splitting),
    Target(
        "typed rows of every source", st.tuples(st.lists(drawing.cells, max_size=4), _extract), _typed, 0.4
    ),
    Target("workbooks", st.integers(0, 10**6).map(lambda n: _damaged(n)), _sheets, 0.1),
    Target("strict YAML", drawing.data | _yamls.map(lambda v: json.dumps(v).encode()), _yaml),
    Target("rule expressions", _logic, _expressions),
    Target("corrections", st.tuples(drawing.data | _lines_of_json, st.booleans()), _corrections),
    Target("industry catalogues", drawing.data, _catalogue),
    Target("queries", drawing.text, _queries, 0.4),
    Target("what is shown", drawing.text, _shown),
    Target("options", drawing.text, _options),
)


def _damaged(seed: int) -> bytes:
    """A workbook with damage inside one of its parts."""
    made = [content for suffix, content in mutants(8, seed) if suffix in ("xlsx", "xls")]
    return made[-1] if made else as_workbook()
