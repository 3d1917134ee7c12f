"""The tables that DuckDB makes of tonight's rows, beside what Python says of them."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline import db
from pipeline.beside import Beside, Connection
from pipeline.link.results.said import premises_table, said_table

_SQL = Path(__file__).parent / "sql"


class Tables:
    """Makes them in the order in which they stand on each other, as soon as a thread is free.

    Until enterprises have their ids they are told by their entity's number.

    Attributes:
        looks: done when `link_look` stands.
    """

    def __init__(self, makers: Beside, rows: pa.Table, bound: Mapping[str, Any]) -> None:
        """Begins all that needs no ids.

        Args:
            makers: threads of DuckDB.
            rows: `link_row`; see `outcome.link_rows`.
            bound: names of extracts that the queries need.
        """
        self._makers, self._rows, self._bound = makers, rows, bound
        self.looks = self._make(("link_registered", "link_trading", "link_look"))
        self._make(("record_premises",))
        self._places = self._make(("link_whereabouts",), after=self.looks)
        self._said = makers.do(said_table, rows)
        makers.query(self._premises)

    def make_links(self, rows: pa.Table) -> None:
        """Begins `record_link`; see `outcome.with_ids`."""
        self._make(("record_link",), {"link_row": rows})

    def make_enterprises(self, entities: pa.Table) -> None:
        """Begins `enterprise`: what its rows say of it, and where it is; see `outcome.entity_table`."""
        self._makers.query(self._enterprises, entities)

    def make_comparisons(self, compared: pa.Table, patterns: pa.Table) -> None:
        """Begins `record_comparison`; see `compared.compared_tables`."""
        self._make(("record_comparison",), {"compared_record": compared, "comparison_pattern": patterns})

    def _premises(self, con: Connection) -> None:
        db.write_arrow(con, "premises", premises_table(self._rows))

    def _enterprises(self, con: Connection, entities: pa.Table) -> None:
        self._places.result()
        self._materialise(con, ("enterprise",), {"link_said": self._said.result(), "link_entity": entities})

    def _make(
        self,
        names: Iterable[str],
        arrows: Mapping[str, pa.Table] | None = None,
        after: Future[None] | None = None,
    ) -> Future[None]:
        def make(con: Connection) -> None:
            if after:
                after.result()
            self._materialise(con, names, arrows or {})

        return self._makers.query(make)

    def _materialise(self, con: Connection, names: Iterable[str], arrows: Mapping[str, pa.Table]) -> None:
        given = {"link_row": self._rows, **arrows}
        for name, table in given.items():
            con.register(name, table)
        for name in names:
            db.materialise(con, _SQL / f"{name}.sql", self._bound)
        for name in given:
            con.unregister(name)
