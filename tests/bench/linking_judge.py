"""Links held against the truth by the judge of `early-warning evaluate`, whoever made them."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import district
from pipeline.district.evaluation import Evaluation, Strangers
from tests.bench.linking_sql import query

# The judge wants a whole published night; of links alone these views are empty.
_EMPTY = {
    "enterprise": "enterprise_id VARCHAR, street VARCHAR",
    "risk": "enterprise_id VARCHAR, street VARCHAR, rank_in_street BIGINT, rank_in_district BIGINT",
    "evidence": "enterprise_id VARCHAR, extract VARCHAR, points DECIMAL(6,2)",
    "rejected_row": "extract VARCHAR, file VARCHAR, row BIGINT, scope VARCHAR, reason VARCHAR",
    "extract_status": "extract VARCHAR, file VARCHAR, rows BIGINT, accepted BIGINT, rejected BIGINT, "
    "not_data BIGINT",
}
_LINKS = "SELECT extract, file, row, enterprise_id, decision, probability, superseded FROM {source}"


@dataclass(frozen=True)
class Verdict:
    """What links came to.

    Attributes:
        rows, precision, recall, f1: rows of registered firms outside the registry.
        whole_f1: the same, where rows of other firms and shops given to a registered firm are wrong too.
        uncoded_f1: of those without a usable code.
        shop_rows: rows of shops that are registered nowhere.
        shop_given: share of them given to a registered firm.
        pair_precision, pair_recall: pairs of these rows taken for one shop.
    """

    rows: int
    precision: float
    recall: float
    f1: float
    whole_f1: float
    uncoded_f1: float
    shop_rows: int
    shop_given: float
    pair_precision: float
    pair_recall: float


def judge_night(database: Path, truth: Path, place: Path) -> Verdict:
    """Judges the `record_link` of a night's own database."""
    return _judge("SELECT * FROM made.record_link", truth, place, database)


def judge_taken(database: Path, truth: Path, place: Path, taken: float) -> Verdict:
    """The same, where open pairs from a probability on are links, each to its record's best firm."""
    return _judge(query("taken").replace("$taken", str(taken)), truth, place, database)


def judge_file(links: Path, truth: Path, place: Path) -> Verdict:
    """Judges links in a Parquet file with the columns of `record_link`."""
    return _judge(f"SELECT * FROM read_parquet('{links}')", truth, place, None)


def _judge(source: str, truth: Path, place: Path, database: Path | None) -> Verdict:
    place.unlink(missing_ok=True)
    with duckdb.connect(str(place)) as con:
        if database is not None:
            con.execute(f"ATTACH '{database}' AS made (READ_ONLY)")
        con.execute(f"CREATE TABLE record_link AS {_LINKS.format(source=f'({source})')}")
        for name, columns in _EMPTY.items():
            con.execute(f"CREATE TABLE {name} ({columns})")
    return verdict(district.evaluate(place, truth))


def verdict(found: Evaluation) -> Verdict:
    """The figures that are compared."""
    shops = next((s for s in found.strangers if s.kin == "unregistered"), Strangers("unregistered", *[0] * 5))
    given = sum(kin.given for kin in found.strangers)
    return Verdict(
        rows=found.overall.rows,
        precision=found.overall.precision,
        recall=found.overall.recall,
        f1=found.overall.f1,
        whole_f1=2 * found.overall.right / max(found.overall.linked + given + found.overall.rows, 1),
        uncoded_f1=found.uncoded.f1 if found.uncoded else 0.0,
        shop_rows=shops.rows,
        shop_given=shops.given / max(shops.rows, 1),
        pair_precision=shops.right_pairs / max(shops.made_pairs, 1),
        pair_recall=shops.right_pairs / max(shops.true_pairs, 1),
    )
