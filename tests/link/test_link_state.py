"""The identity state of earlier nights: what cannot be read whole is not read in part."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import RunError
from pipeline.journal import append_journal
from pipeline.link.identification.state import SCHEMA, read_history
from pipeline.settings import Settings


def settings_with(folder: Path, state: pa.Table) -> Settings:
    """Settings of a place whose last night left an identity state."""
    restricted = folder / "restricted"
    restricted.mkdir()
    pq.write_table(state, restricted / "identity.parquet")
    append_journal(restricted / "journal.jsonl", {"as_of": "2017-03-31", "identity": "identity.parquet"})
    return Settings(
        inbox=folder / "inbox",
        warehouse=folder / "warehouse.duckdb",
        out=folder / "out",
        restricted=restricted,
        as_of=date(2017, 4, 7),
        corrections=folder / "corrections",
        threads=1,
    )


def test_a_state_with_all_columns_is_read(tmp_path: Path) -> None:
    assert read_history(settings_with(tmp_path, SCHEMA.empty_table())).given.is_empty


@pytest.mark.parametrize("column", SCHEMA.names)
def test_a_state_without_a_column_is_refused(tmp_path: Path, column: str) -> None:
    older = settings_with(tmp_path, SCHEMA.empty_table().drop_columns([column]))
    with pytest.raises(RunError, match=f"another version: it has no column {column}"):
        read_history(older)
