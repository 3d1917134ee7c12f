"""The settings of one run: built once at the command line, frozen, passed down."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from pipeline.errors import ConfigError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])(i?)B", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """Where a night reads and writes, and for which day.

    Attributes:
        inbox: folder of the departments' files, `<inbox>/<extract>/<file>`.
        warehouse: DuckDB file that analysts read; replaced whole by a good run.
        out: folder of published nights, `<out>/<as-of>/…`.
        restricted: folder of what must survive and what only the job may see (mode 0700).
        as_of: the day that the night speaks of; no code below the command line asks the clock.
        sources: folder of the sources' declarations.
        rules: folder of rule files.
        corrections: folder of judgements given by people.
        memory_limit: DuckDB's memory limit, e.g. `4GB`; what linking holds beside it follows it.
        temp_directory: where DuckDB puts what does not fit its limit; None: beside the file that it works
            on. The night makes a folder of its own in it, mode 0700, and takes it away.
        threads: DuckDB's threads, and processes that take texts apart; results do not depend on it.
        random_check_share: share of a street list's lines that are random checks (0–1).
        accept: extracts, fairness groups or checks against last night that an operator accepts this night.
        keep_generations: how many of the newest generations stay to go back to, replaced ones included.
        engine: what links: `local` (this process) or `spark`; results do not depend on it.
        master: the Spark master, e.g. `local[2]`.
        anew: do every step, also those that a night which died had done.
    """

    inbox: Path
    warehouse: Path
    out: Path
    restricted: Path
    as_of: date
    sources: Path = PROJECT_ROOT / "sources"
    rules: Path = PROJECT_ROOT / "rules"
    corrections: Path = PROJECT_ROOT / "corrections"
    memory_limit: str = "4GB"
    temp_directory: Path | None = None
    threads: int = 2
    random_check_share: float = 0.1
    accept: tuple[str, ...] = ()
    keep_generations: int = 2
    engine: Literal["local", "spark"] = "local"
    master: str = "local[2]"
    anew: bool = False

    @property
    def memory_bytes(self) -> int:
        """The memory limit in bytes, as DuckDB reads it: `4GB` is 4·10⁹, `4GiB` 4·2³⁰.

        Raises:
            ConfigError: if it is no such amount.
        """
        found = _AMOUNT.fullmatch(self.memory_limit.strip())
        if found is None:
            raise ConfigError(
                f"{self.memory_limit} is not an amount of memory like 4GB", where="memory limit"
            )
        step = 1 + "KMGT".index(found[2].upper())
        return int(float(found[1]) * (1024 if found[3] else 1000) ** step)

    def to_parameters(self) -> dict[str, Any]:
        """These settings as JSON values, so that a scheduler can hold them."""
        values: dict[str, Any] = TypeAdapter(Settings).dump_python(self, mode="json")
        return values

    @staticmethod
    def from_parameters(parameters: dict[str, Any]) -> "Settings":
        """The settings that `to_parameters` gave."""
        return TypeAdapter(Settings).validate_python(parameters)


def restricted_beside(warehouse: Path) -> Path:
    """The restricted folder of a warehouse when none is named.

    `data/warehouse.duckdb` has `data/restricted`; any other `x.duckdb` has `x.restricted`, so that
    two warehouses in one folder never share identities.
    """
    name = "restricted" if warehouse.stem == "warehouse" else f"{warehouse.stem}.restricted"
    return warehouse.parent / name
