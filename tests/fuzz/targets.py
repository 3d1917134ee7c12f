"""Every reader of what others wrote, with what it is given."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.settings import PROJECT_ROOT
from tests.fuzz import drawing, of_files, of_texts
from tests.ingest.mutation import as_workbook, mutants

# A reader that takes longer over a short text tries every way to split it.
MOST_SECONDS = 5.0


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


def _damaged(seed: int) -> bytes:
    """A workbook with damage inside one of its parts."""
    made = [content for suffix, content in mutants(8, seed) if suffix in ("xlsx", "xls")]
    return made[-1] if made else as_workbook()


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
    Target("dates and periods", drawing.text, of_texts.check_dates),
    Target("amounts and units", drawing.text, of_texts.check_amounts),
    Target("codes and identifiers", drawing.text, of_texts.check_codes),
    Target("identity numbers", drawing.text, of_texts.check_identity_numbers),
    Target("words, lists, truth values", drawing.text, of_texts.check_words),
    Target("names", drawing.text, of_texts.check_names),
    Target("addresses", drawing.text, of_texts.check_addresses),
    Target("numerals", drawing.text, of_texts.check_numerals),
    Target("regions", drawing.text, of_texts.check_regions),
    Target("persons and phones", drawing.text, of_texts.check_persons),
    Target("headers", st.tuples(drawing.cells, drawing.cells, _extract), of_files.check_headers),
    Target("decoding", drawing.data, of_files.check_decoding),
    Target("delimited text", st.tuples(drawing.lines, _extract), of_files.check_delimited),
    Target("splitting", drawing.lines, of_files.check_splitting),
    Target(
        "typed rows of every source",
        st.tuples(st.lists(drawing.cells, max_size=4), _extract),
        of_files.check_typed,
        0.4,
    ),
    Target("workbooks", st.integers(0, 10**6).map(_damaged), of_files.check_sheets, 0.1),
    Target("strict YAML", drawing.data | _yamls.map(lambda v: json.dumps(v).encode()), of_files.check_yaml),
    Target("rule expressions", _logic, of_files.check_expressions),
    Target(
        "corrections", st.tuples(drawing.data | _lines_of_json, st.booleans()), of_files.check_corrections
    ),
    Target("industry catalogues", drawing.data, of_files.check_catalogue),
    Target("queries", drawing.text, of_files.check_queries, 0.4),
    Target("what is shown", drawing.text, of_files.check_shown),
    Target("options", drawing.text, of_files.check_options),
)
