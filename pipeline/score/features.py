"""The features of firms and of premises: one .sql file each, found by glob, named like its table."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "features"
PREMISES_FOLDER = Path(__file__).parent / "features_premises"
_USES = re.compile(r"\busable_([a-z_]+)\b")
COLUMNS = (
    ("enterprise_id", "VARCHAR"),
    ("value", "DOUBLE"),
    ("unit", "VARCHAR"),
    ("detail", "VARCHAR"),
    ("document", "VARCHAR"),
    ("occurred_on", "DATE"),
    ("extract", "VARCHAR"),
    ("file", "VARCHAR"),
    ("row", "BIGINT"),
    ("probability", "DECIMAL(9, 6)"),
)
# A building's figures are no evidence against anybody, so they carry no deciding row.
PREMISES_COLUMNS = (("premises_id", "VARCHAR"), ("value", "DOUBLE"), ("unit", "VARCHAR"))


@dataclass(frozen=True)
class Feature:
    """One feature of an enterprise or of premises.

    Attributes:
        name: its name and its table's.
        sql: the file.
        extracts: extracts that it reads.
        of_catalogue: whether it holds firms against the industry catalogue, and has no value without one.
    """

    name: str
    sql: Path
    extracts: tuple[str, ...]
    of_catalogue: bool


@cache
def find_features(folder: Path = FOLDER) -> dict[str, Feature]:
    """All features of a folder, by name: those of firms, or with `PREMISES_FOLDER` those of premises."""
    found = {}
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        uses = sorted(set(_USES.findall(text)))
        found[path.stem] = Feature(path.stem, path, tuple(uses), "catalogue_edition" in text)
    return found


def needs_catalogue(names: Iterable[str]) -> bool:
    """Whether any of these features has no value without the catalogue."""
    return any(find_features()[name].of_catalogue for name in names)
