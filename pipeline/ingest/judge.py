"""The seam to Great Expectations: a small frame of figures, one row per file, judged by a suite.

The library is imported at the first judgement (it takes seconds), calls nobody, and never sees the
departments' rows.
"""

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import Any

from pipeline.errors import RunError


@dataclass(frozen=True)
class Bound:
    """An expectation on one column of figures: the lower and upper bound, and why."""

    name: str
    low: float | None
    high: float | None
    why: str


def judge(
    suite_name: str,
    files: Sequence[str],
    figures: Mapping[str, Sequence[float | None]],
    bounds: Sequence[Bound],
) -> dict[str, set[str]]:
    """Judges the figures of several files.

    Args:
        suite_name: names the suite.
        files: the files, one row each.
        figures: name → one figure per file; null where there is nothing to judge.
        bounds: one per name.

    Returns:
        name → the files whose figure lies outside.

    Raises:
        RunError: if Great Expectations itself fails; that is no verdict on the data.
    """
    import pandas as pd

    gx, figures_of_files = _context()
    frame = pd.DataFrame({"file": list(files), **_columns(figures)})
    batch = figures_of_files.get_batch({"dataframe": frame})
    expected = [
        gx.expectations.ExpectColumnValuesToBeBetween(
            column=bound.name, min_value=bound.low, max_value=bound.high, meta={"why": bound.why}
        )
        for bound in bounds
    ]
    # All at once: added one by one, each is held against all before it.
    suite = gx.ExpectationSuite(name=suite_name, expectations=expected)
    # Most nights nothing lies outside, and that is known in half the time without asking for the files.
    if batch.validate(suite, result_format="BOOLEAN_ONLY").success:
        return {bound.name: set() for bound in bounds}
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["file"]}
    results = batch.validate(suite, result_format=wanted).results
    return {result.expectation_config.kwargs["column"]: _failed(result) for result in results}


def load_judge() -> None:
    """Loads Great Expectations now, where something else is waited for."""
    _context()


def _columns(figures: Mapping[str, Sequence[float | None]]) -> dict[str, list[float]]:
    return {name: [nan if v is None else v for v in values] for name, values in figures.items()}


def _failed(result: Any) -> set[str]:
    rows = result.result.get("unexpected_index_list")
    if rows is None and not result.success:
        figure = result.expectation_config.kwargs["column"]
        raise RunError("Great Expectations could not judge a figure", where=str(figure))
    return {str(row["file"]) for row in rows or []}


@contextmanager
def _hidden(library: str) -> Iterator[None]:
    """A library that another would load only because it is installed; it is none of ingest's business."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]  # how Python notes what cannot be imported
    try:
        yield
    finally:
        del sys.modules[library]


@cache
def _context() -> tuple[Any, Any]:
    """Great Expectations, and what takes a frame of figures as a batch; no files, telemetry, progress bars.

    A source is declared once, not once a judgement: each declaration writes the whole context anew.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _hidden("pyspark"):
        import great_expectations as gx

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("figures").add_dataframe_asset("figures")
    return gx, asset.add_batch_definition_whole_dataframe("all")
