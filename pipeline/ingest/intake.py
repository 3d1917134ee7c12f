"""The rows of one extract on their way in; they rest in DuckDB, which spills what is too much.

    incoming        file_no, row, sender, key_text, content, the typed columns; one row per accepted row
    incoming_fault  file_no, row, column, scope, reason, value, sender, key_text; one row per rejected row and
                    nulled cell
    incoming_file   file_no, file, extract_date, group_no, is_copy; one row per used file. Files of the same
                    bytes share group_no; all but the latest of them are copies

They are temporary: they go with the connection.
"""

from collections.abc import Iterable
from datetime import date

import duckdb
import pyarrow as pa

from pipeline.declaration import Source
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.records import slips
from pipeline.ingest.typed import FAULT_SCHEMA, TypedBatch, typed_schema

_FILES = pa.schema(
    [
        ("file_no", pa.int64()),
        ("file", pa.string()),
        ("extract_date", pa.date32()),
        ("group_no", pa.int64()),
        ("is_copy", pa.bool_()),
    ]
)
_IDENTITY = (("sender", pa.string()), ("key_text", pa.string()), ("content", pa.string()))


class Intake:
    """What the files of one extract brought in.

    Args:
        con: the night's connection.
        source: the declaration.
        as_of: the night's day.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, source: Source, as_of: date) -> None:
        self._con, self._source = con, source
        row, *columns = typed_schema(source, as_of)
        fields = [("file_no", pa.int64()), row, *_IDENTITY, *columns]
        self._create("incoming", pa.schema(fields))
        self._create("incoming_fault", pa.schema([("file_no", pa.int64()), *FAULT_SCHEMA]))

    def add(self, loaded: LoadedFile, batch: TypedBatch) -> None:
        """Takes in a batch of a file's rows."""
        if batch.accepted.num_rows:
            self._insert("incoming", loaded, batch.accepted)
        if batch.faults.num_rows:
            self._insert("incoming_fault", loaded, batch.faults)

    def close(self, loaded: LoadedFile) -> None:
        """Settles what only the whole file tells: refusals, ticks, senders."""
        if loaded.refusal:
            self.refuse(loaded)
            return
        for name, only in loaded.ticked.items():
            if only:
                self._con.execute(
                    f'UPDATE incoming SET "{name}" = false WHERE "{name}" IS NULL AND file_no = $number',
                    {"number": loaded.number},
                )
        loaded.sender_rows = self._senders(loaded)

    def refuse(self, loaded: LoadedFile) -> None:
        """Turns all data rows of a refused file into rejected ones."""
        named = {"number": loaded.number}
        reason = f"整份文件被退回：{loaded.refusal}"
        self._con.execute(
            """CREATE OR REPLACE TEMP TABLE refused_row AS
            SELECT "row", sender, key_text FROM incoming WHERE file_no = $number
            UNION ALL
            SELECT "row", sender, key_text FROM incoming_fault WHERE file_no = $number AND scope = 'row'""",
            named,
        )
        self._con.execute("DELETE FROM incoming WHERE file_no = $number", named)
        self._con.execute("DELETE FROM incoming_fault WHERE file_no = $number", named)
        self._con.execute(
            """INSERT INTO incoming_fault
            SELECT $number, "row", $column, 'row', $reason, NULL, sender, key_text FROM refused_row""",
            {**named, "column": loaded.refused_column, "reason": reason},
        )
        self._con.execute("DROP TABLE refused_row")

    def name_files(self, files: Iterable[LoadedFile]) -> None:
        """Makes `incoming_file` of the used files."""
        used = sorted((item for item in files if item.is_used), key=lambda item: item.order)
        latest = {item.sha256: item for item in used}
        groups = {sha: n for n, sha in enumerate(sorted(latest, key=lambda sha: latest[sha].order))}
        self._create("incoming_file", _FILES)
        rows = [
            {
                "file_no": item.number,
                "file": item.name,
                "extract_date": item.extract_date,
                "group_no": groups[item.sha256],
                "is_copy": latest[item.sha256] is not item,
            }
            for item in used
        ]
        self._append("incoming_file", pa.Table.from_pylist(rows, schema=_FILES))

    def _senders(self, loaded: LoadedFile) -> dict[str, int]:
        query = (
            "SELECT sender, count(*) FROM incoming WHERE file_no = $number GROUP BY sender ORDER BY sender"
        )
        counts = dict(self._con.execute(query, {"number": loaded.number}).fetchall())
        for slip, meant in slips(counts, self._source).items():
            self._con.execute(
                "UPDATE incoming SET sender = $meant WHERE sender = $slip AND file_no = $number",
                {"meant": meant, "slip": slip, "number": loaded.number},
            )
            counts[meant] += counts.pop(slip)
        return counts or {"": 0}

    def _insert(self, name: str, loaded: LoadedFile, rows: pa.Table) -> None:
        number = pa.repeat(pa.scalar(loaded.number, pa.int64()), rows.num_rows)
        self._append(name, rows.add_column(0, "file_no", number))

    def _append(self, name: str, rows: pa.Table) -> None:
        self._con.register("arriving", rows)
        self._con.execute(f"INSERT INTO {name} SELECT * FROM arriving")
        self._con.unregister("arriving")

    def _create(self, name: str, schema: pa.Schema) -> None:
        self._con.register("arriving", schema.empty_table())
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM arriving")
        self._con.unregister("arriving")
