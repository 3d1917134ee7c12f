"""One run of Splink from normalised columns to an enterprise of each row, with its times."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, block_on
from splink.clustering import cluster_pairwise_predictions_at_threshold

from tests.bench.linking_sql import query
from tests.bench.splink_setup import FREQUENCIES, blocking_rules, settings

INPUTS = ("firm_view", "node", "record")
STEPS = (
    "code_owner", "pointed", "denied", "known_node", "look_all", "block_value", "block_kept", "compared",
    "firm_look", "open_node",
)  # fmt: skip
SURE = (
    "l.full_name = r.full_name",
    "l.trade_sound = r.trade_sound AND l.phone = r.phone",
    "l.trade_sound = r.trade_sound AND l.person = r.person",
    "l.phone = r.phone AND l.person = r.person",
)
SURE_RECALL = 0.6
SAMPLED_PAIRS = 1e7
TRAINED_ON = (("trade_sound",), ("phone",), ("person_sound",), ("spot", "industry"))
TRAINING_PAIRS = 2e6
WORTH = 0.001
ACCEPT = (0.2, 0.5, 0.9, 0.99)
MARGIN = (0.0, 2.0)
FLOOR = (0.01, 0.5)
TOGETHER = (0.5, 0.99)


@dataclass(frozen=True)
class Choice:
    """Where links are accepted: probability, weight ahead of the second best, probability below which a
    row may join others, probability at which rows join."""

    accept: float
    margin: float
    floor: float
    together: float

    @property
    def name(self) -> str:
        """A name for files."""
        return f"{self.accept}-{self.margin}-{self.floor}-{self.together}"

    @property
    def told(self) -> str:
        """The thresholds in words."""
        return (
            f"accept from {self.accept}, {self.margin} bits ahead, join others below {self.floor}, "
            f"together from {self.together}"
        )


@dataclass
class Clock:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)
    _at: float = field(default_factory=time.perf_counter)

    def step(self, name: str) -> None:
        """Ends a step."""
        now = time.perf_counter()
        self.seconds[name] = now - self._at
        self._at = now


# What one sets who has no truth to try them on, as on a real night.
UNTRIED = Choice(accept=0.95, margin=0.0, floor=0.5, together=0.95)


def choices() -> Iterator[Choice]:
    """All that are tried, and last the one that no truth chose."""
    for accept, margin, floor, together in product(ACCEPT, MARGIN, FLOOR, TOGETHER):
        if floor <= accept:
            yield Choice(accept, margin, floor, together)
    yield UNTRIED


class SplinkRun:
    """Splink on the columns that `write_columns` left in a folder."""

    def __init__(self, folder: Path, memory_limit: str, threads: int) -> None:
        self.con = duckdb.connect(config={"memory_limit": memory_limit, "threads": threads})
        self.con.execute("SET enable_progress_bar = false")
        self.con.execute(f"SET temp_directory = '{folder / 'spill'}'")
        for name in INPUTS:
            self.con.execute(
                f"CREATE TABLE {name} AS SELECT * FROM read_parquet($file)",
                {"file": str(folder / f"{name}.parquet")},
            )
        self.api = DuckDBAPI(self.con)
        self.pairs = 0
        self.clock = Clock()

    def link(self, choice: Choice) -> None:
        """The whole way, timed: codes, training, comparing, deciding, joining the rest."""
        for step in STEPS:
            self._materialise(step)
        self.clock.step("codes and keys")
        linker = self._trained()
        self.clock.step("training")
        self.pairs += self._count(linker.inference.compute_blocked_pairs_for_predict().physical_name)
        found = linker.inference.predict(threshold_match_probability=WORTH, warning_mode="never")
        self._keep("scored", found.physical_name)
        self._materialise("best")
        self.clock.step("comparing and deciding")
        self._score_rest(linker, choice)
        self.decide(choice)
        self.clock.step("joining the rest")

    def decide(self, choice: Choice) -> None:
        """Leaves `record_link` for a choice; needs `best` and `edge`."""
        bound = {"accept": choice.accept, "margin": choice.margin, "floor": choice.floor}
        for name in ("fate", "rest_node", "rest_edge"):
            self._materialise(name, bound if name == "fate" else None)
        joined = cluster_pairwise_predictions_at_threshold(
            self.api.register("rest_node"), self.api.register("rest_edge"), self.api, "unique_id",
            threshold_match_probability=choice.together,
        )  # fmt: skip
        self._keep("joined", joined.physical_name)
        self._materialise("splink_link")

    def _score_rest(self, linker: Linker, choice: Choice) -> None:
        """Scores pairs among rows that are given to no firm."""
        bound = {"accept": choice.accept, "margin": choice.margin, "floor": choice.floor}
        self._materialise("fate", bound)
        self._materialise("rest")
        rest = self.api.register("rest")
        found = linker.inference.predict_within(
            rest, link_type="dedupe_only", blocking_rules_to_generate_predictions=blocking_rules(),
            threshold_match_probability=min(TOGETHER), warning_mode="never",
        )  # fmt: skip
        self._keep("edge", found.physical_name)

    def _trained(self) -> Linker:
        """The model: u from random pairs, m by expectation maximisation on several blocks in turn."""
        inputs = [self.api.register("firm_look"), self.api.register("open_node")]
        linker = Linker(inputs, settings(), log_level=None, validate_settings=False)
        for column in FREQUENCIES:
            linker.table_management.compute_tf_table(column)
        linker.training.estimate_probability_two_random_records_match(list(SURE), recall=SURE_RECALL)
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=1)
        for columns in TRAINED_ON:
            # With the prior left free, levels of some blocks fall to an m of nothing, which Splink refuses.
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns),
                max_pairs=TRAINING_PAIRS,
                estimate_without_term_frequencies=True,
                fix_probability_two_random_records_match=True,
            )
        return linker

    def _keep(self, name: str, physical: str) -> None:
        self.con.execute(f'CREATE OR REPLACE TABLE {name} AS SELECT * FROM "{physical}"')

    def _count(self, table: str) -> int:
        return int(self.con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])

    def _materialise(self, name: str, bound: dict[str, Any] | None = None) -> None:
        self.con.execute(f"CREATE OR REPLACE TABLE {name} AS {query(name)}", bound or {})

    def save_all(self, folder: Path) -> None:
        """Links at every choice, each as a Parquet file; not timed."""
        for choice in choices():
            self.save(choice, folder)

    def save(self, choice: Choice, folder: Path) -> None:
        """The links of one choice."""
        self.decide(choice)
        self.con.execute(f"COPY splink_link TO '{folder / f'splink_{choice.name}.parquet'}'")
