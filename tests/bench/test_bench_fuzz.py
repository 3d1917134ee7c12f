"""The long fuzz run: thousands of damaged files, none of which may crash a reader or fill the memory."""

import resource
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.declaration import load_source
from pipeline.settings import PROJECT_ROOT
from tests.ingest.mutation import check, mutants
from tests.ingest.reading import read_file

FILES = 4000
DAY = date(2017, 6, 1)
SEED = 20170701
MOST_GROWTH = 300 << 20  # bytes; a file of the run has some kilobytes


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.benchmark(group=f"read {FILES:,} damaged files")
def test_damaged_files(benchmark: Any, tmp_path: Path) -> None:
    source = load_source(PROJECT_ROOT / "sources" / "street_cases")

    def read_all() -> tuple[int, int]:
        used, before = 0, 0
        for n, (suffix, data) in enumerate(mutants(FILES, SEED)):
            path = tmp_path / f"f_20170601.{suffix}"
            path.write_bytes(data)
            seen = read_file(path, DAY, source)
            check(seen)
            used += seen.loaded.refusal is None
            if n == FILES // 10:
                before = _peak()
        return used, _peak() - before

    used, growth = benchmark.pedantic(read_all, rounds=1)
    assert FILES // 4 < used < FILES, "some are read all the same, some are not"
    assert growth < MOST_GROWTH
