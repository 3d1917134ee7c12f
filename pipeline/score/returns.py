"""What street offices answered: which findings it mends, what it says of the line (policy/returns.yml).

An answer lowers points or leaves them; it never adds one.
"""

from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import Field

from pipeline import db, strictyaml
from pipeline.declaration import Strict
from pipeline.errors import RuleError
from pipeline.score.clauses import POLICY, load_policy
from pipeline.score.compose import Sources

_SQL = Path(__file__).parent / "sql"
EXTRACT = "street_returns"
_MEANING = pa.schema(
    [(name, pa.string()) for name in ("result", "word")]
    + [(name, pa.bool_()) for name in ("borne_out", "favourable")]
)
_MENDS = pa.schema([(name, pa.string()) for name in ("result", "category")])


class Answer(Strict):
    """What one answer means.

    Attributes:
        borne_out: whether the line was right to send somebody; None where the answer does not say.
        favourable: whether it is shown among what speaks for the firm.
        mends: categories whose findings, dated no later than the visit, it mends.
    """

    borne_out: bool | None = None
    favourable: bool = False
    mends: tuple[str, ...] = ()


class Returns(Strict):
    """`policy/returns.yml`.

    Attributes:
        least_answers: fewer answered lines are too few to judge by.
        answers: by the word of the answer.
    """

    least_answers: int = Field(gt=0)
    answers: dict[str, Answer]


@cache
def load_returns(folder: Path = POLICY) -> Returns:
    """Reads `returns.yml`.

    Raises:
        RuleError: with file and line, or if a category is not one of `routes.yml`.
    """
    path = folder / "returns.yml"
    returns = strictyaml.load(path, Returns, RuleError)
    known = load_policy().table.categories
    unknown = sorted({name for answer in returns.answers.values() for name in answer.mends} - set(known))
    if unknown:
        raise RuleError(
            f"there is no category {', '.join(unknown)}",
            where=str(path),
            mend="use those of policy/routes.yml",
        )
    return returns


def take_answers(con: duckdb.DuckDBPyConnection, sources: Sources, as_of: date) -> None:
    """Writes `return_meaning`, `return_mends` and `answer`.

    Args:
        con: holds `stg_street_returns`, `enterprise`, `enterprise_alias`.
        sources: the declarations, for the words of the answers.
        as_of: the day; later visits are misprints.

    Raises:
        RuleError: if an answer that offices can give has no meaning, or the other way round.
    """
    returns, declared = load_returns(), sources[EXTRACT].columns["result"].values
    apart = sorted(set(returns.answers) ^ set(declared))
    if apart:
        raise RuleError(
            f"answers and their meanings do not fit: {', '.join(apart)}",
            where=str(POLICY / "returns.yml"),
            mend="name every result of sources/street_returns, and no other",
        )
    meanings = [
        {
            "result": result,
            "word": declared[result][0],
            "borne_out": answer.borne_out,
            "favourable": answer.favourable,
        }
        for result, answer in returns.answers.items()
    ]
    mends = [
        {"result": result, "category": category}
        for result, answer in returns.answers.items()
        for category in answer.mends
    ]
    db.write_arrow(con, "return_meaning", pa.Table.from_pylist(meanings, schema=_MEANING))
    db.write_arrow(con, "return_mends", pa.Table.from_pylist(mends, schema=_MENDS))
    db.materialise(con, _SQL / "answer.sql", {"as_of": as_of})
