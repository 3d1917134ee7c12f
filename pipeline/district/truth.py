"""The truth of a synthetic district: whose each row is, and what each entity is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.district.draw import Flags, Objects, choose, objects
from pipeline.district.kinds import WORDS
from pipeline.district.places import street_of
from pipeline.district.table import Rows
from pipeline.district.world import World

RECORDS, ENTITIES = "records.parquet", "entities.parquet"


@dataclass
class Ledger:
    """Collects, file by file, whose each row is."""

    files: int = 0
    parts: list[pa.Table] = field(default_factory=list)

    def add(
        self, extract: str, file: str, rows: Rows, broken: Flags, numbers: list[int], others: list[int]
    ) -> None:
        """Notes one file: its data rows by contract number, and its lines that are not data."""
        n, m = len(rows), len(others)
        kind = np.concatenate([choose(broken, "broken", "data"), np.full(m, "not_data", dtype=object)])
        self.files += 1
        self.parts.append(
            pa.table(
                {
                    "extract": pa.array([extract] * (n + m), pa.string()),
                    "file": pa.array([file] * (n + m), pa.string()),
                    "row": pa.array([*numbers, *others], pa.int64()),
                    "entity": pa.array(np.concatenate([rows.entity, np.full(m, -1)]), pa.int64()),
                    "kind": pa.array(kind.tolist(), pa.string()),
                    "usable_code": pa.array(np.concatenate([rows.usable, np.zeros(m, dtype=bool)])),
                }
            )
        )


def write(folder: Path, world: World, ledger: Ledger) -> int:
    """Writes `records.parquet` and `entities.parquet`.

    Records: extract, file, row, entity_id (null where the row is no firm's), kind (`data`, `not_data`,
    `broken`: a required value is missing, the row must be rejected), usable_code (the row carries a
    whole and right code of that firm).

    Returns:
        The number of rows that are data or broken.
    """
    table = pa.concat_tables(ledger.parts).combine_chunks()
    entity = table.column("entity").to_numpy()
    ids = pa.array(_entity_ids(len(world.firms.kind)).tolist(), pa.string())
    taken = ids.take(pa.array(entity, pa.int64(), mask=entity < 0))
    table = table.set_column(3, "entity_id", taken)
    pq.write_table(table, folder / RECORDS, compression="zstd")
    pq.write_table(_entities(world), folder / ENTITIES, compression="zstd")
    return int((np.asarray(table.column("kind").to_pylist(), dtype=object) != "not_data").sum())


def _entity_ids(n: int) -> Objects:
    return objects([f"E{i + 1:07d}" for i in range(n)])


def _entities(world: World) -> pa.Table:
    f, w = world.firms, world.fates
    columns: dict[str, tuple[Any, pa.DataType]] = {
        "entity_id": (_entity_ids(len(f.kind)).tolist(), pa.string()),
        "registered": (f.registered, pa.bool_()),
        "in_registry": (f.in_registry, pa.bool_()),
        "name": (f.names.full.tolist(), pa.string()),
        "uscc": (f.uscc.tolist(), pa.string()),
        "entity_type": ([WORDS[k] for k in f.kind.tolist()], pa.string()),
        "street": (street_of(world.places, f.operating_at).tolist(), pa.string()),
        "registered_street": (
            choose(f.registered, street_of(world.places, f.registered_at), None).tolist(),
            pa.string(),
        ),
        "low_end": (w.low_end, pa.bool_()),
        "reasons": (w.reasons(), pa.list_(pa.string())),
        "event_on": (w.event_on, pa.date32()),
    }
    return pa.table({name: pa.array(values, type=kind) for name, (values, kind) in columns.items()})
