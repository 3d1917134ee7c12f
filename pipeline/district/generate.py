"""The synthetic district: entities first, then what departments see of them, then files, then the truth."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pipeline.declaration import Source, load_sources
from pipeline.district import dress, files, style, truth, world
from pipeline.district.draw import Dice
from pipeline.district.views import city, environment, grid, labour, money, registry, safety
from pipeline.district.world import Batch, World
from pipeline.errors import ConfigError

VIEWS: tuple[Callable[[World], list[Batch]], ...] = (
    registry.batches,
    money.operations,
    money.tax,
    environment.approvals,
    environment.penalties,
    grid.batches,
    safety.inspections,
    grid.illegal_buildings,
    city.street_cases,
    labour.employment,
    labour.labour_cases,
    labour.labour_market,
    city.permits,
    safety.key_lists,
)
FEWEST = 50


@dataclass(frozen=True)
class GenerateSummary:
    """What was made.

    Attributes:
        inbox: folder of the departments' files.
        truth: folder of the truth.
        entities: firms and shops of all kinds.
        registered: of those, in the registry extract.
        low_end: of all, truly low-end.
        files: files written.
        rows: data rows in them.
    """

    inbox: Path
    truth: Path
    entities: int
    registered: int
    low_end: int
    files: int
    rows: int

    def __str__(self) -> str:
        return (
            f"{self.entities} firms and shops ({self.registered} registered, {self.low_end} truly low-end), "
            f"{self.rows} rows in {self.files} files"
        )


def generate(
    firms: int, seed: int, as_of: date, out: Path, sources: Path, seen_on: date | None = None
) -> GenerateSummary:
    """Makes a district and its truth; the same arguments give the same bytes.

    Args:
        firms: number of firms in the registry; shops without registration and firms registered
            elsewhere come on top. At least 50.
        seed: chooses the district.
        as_of: the day until which fates are told, and on which the departments hand over their extracts.
        out: gets `inbox/<extract>/<name>_<YYYYMMDD>.<ext>` and `truth/`; an earlier district there
            is replaced.
        sources: folder of the sources' declarations.
        seen_on: an earlier day of the same district: the departments hand over what they knew by then, so
            that nights of many months can be told one after another. The truth stays that of as-of.

    Raises:
        ConfigError: too few firms, `seen_on` after `as_of`, or `out/inbox` holds files that are no
            synthetic district's.
        SourceError: a declaration is wrong.
    """
    if firms < FEWEST:
        raise ConfigError(f"{firms} firms are too few for a district", mend=f"ask for {FEWEST} or more")
    if seen_on and seen_on > as_of:
        raise ConfigError(f"{seen_on} lies after {as_of}", mend="name an earlier day, or a later as-of")
    inbox, truth_folder = out / "inbox", out / "truth"
    _clear(inbox, truth_folder)
    declared = load_sources(sources)
    district = world.build(seed, firms, as_of, seen_on)
    ledger = truth.Ledger()
    for view in VIEWS:
        for turn, batch in enumerate(view(district)):
            if not len(batch.rows):
                continue  # an office with nothing to tell sends no file
            _write(inbox, declared[batch.extract], district, batch, turn, ledger)
    rows = truth.write(truth_folder, district, ledger)
    return GenerateSummary(
        inbox=inbox,
        truth=truth_folder,
        entities=len(district.firms.kind),
        registered=int(district.firms.in_registry.sum()),
        low_end=int(district.fates.low_end.sum()),
        files=ledger.files,
        rows=rows,
    )


def _write(
    inbox: Path, source: Source, district: World, batch: Batch, turn: int, ledger: truth.Ledger
) -> None:
    dice = Dice(district.seed, f"file {batch.extract} {turn}")
    look = style.draw(dice, source, batch)
    cells, broken = dress.cells(dice, district, source, batch.rows, look)
    lines = files.extra_lines(look, len(batch.rows))
    folder = inbox / batch.extract
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{batch.label}_{np.datetime_as_string(batch.cut).replace('-', '')}.{look.form}"
    files.write(path, cells, look, lines)
    numbers, others = files.numbering(lines, len(batch.rows))
    ledger.add(batch.extract, path.name, batch.rows, broken, numbers, others)


def _clear(inbox: Path, truth_folder: Path) -> None:
    """Removes an earlier district; refuses to touch files that are none."""
    if inbox.exists() and any(inbox.iterdir()) and not (truth_folder / truth.ENTITIES).exists():
        raise ConfigError("the inbox holds files already", where=str(inbox), mend="name another folder")
    for folder in (inbox, truth_folder):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
