"""What `sources/<extract>/source.yml` declares, as a strict model; known to all rooms and to the district.

A source is a folder; adding one touches nothing else. An unknown key, a duplicate key or a missing
department is a `SourceError` with file and line.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from pipeline import strictyaml
from pipeline.errors import SourceError

ColumnType = Literal["text", "code", "date", "period", "number", "bool", "enum"]
Role = Literal[
    "uscc",
    "registration_no",
    "org_code",
    "taxpayer_id",
    "social_insurance_no",
    "uscc_or_org_code",
    "uscc_or_registration_no",
    "name",
    "former_name",
    "sign_name",
    "name_or_person",
    "person",
    "phone",
    "address",
    "street",
    "community",
    "house_code",
]
PERSONAL_ROLES = frozenset({"person", "phone"})
Metric = Literal[
    "accepted_rows",
    "rejected_share",
    "null_share",
    "nulled_share",
    "repeated_key_share",
    "distinct_values",
    "share_outside",
]


class Strict(BaseModel):
    """A model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """One column of an extract.

    Attributes:
        headers: names under which departments send it; the first is the usual one.
        type: how a cell is read.
        role: what the column tells of the firm's identity, if anything.
        required: null or bad here rejects the row; a file without the column is refused.
        unit: what the numbers stand for when the header names no unit.
        values: enum word → the department's words for it.
        list: pattern of the separators when a cell holds several values.
        use: what the column may be used for.
        show: how far it may go: `list` (lists, dossiers), `warehouse` (analysts), `band` (analysts,
            as a band only), `restricted` (never leaves the restricted store).
        basis: legal basis where it differs from the source's.
        note: for readers.
    """

    headers: tuple[str, ...] = Field(min_length=1)
    type: ColumnType
    role: Role | None = None
    required: bool = False
    unit: str | None = None
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    list: str | None = None
    use: Literal["match", "score", "context"]
    show: Literal["list", "warehouse", "band", "restricted"]
    basis: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if (self.type == "enum") != bool(self.values):
            raise ValueError("values belong to an enum, and an enum needs values")
        if self.unit and self.type != "number":
            raise ValueError("a unit belongs to a number")
        if self.role in PERSONAL_ROLES and self.show != "restricted":
            raise ValueError("persons and phones are shown nowhere: show must be restricted")
        return self


class Expectation(Strict):
    """A bound on one measured figure of an extract file.

    Attributes:
        metric: what is measured. Shares are of the file's data rows (0–1); `share_outside` is the
            share of a column's values outside `low`–`high`.
        column: the column measured, where the metric has one.
        low: lower end of the allowed values (`share_outside`).
        high: upper end of the allowed values (`share_outside`).
        min: lower bound of the figure.
        max: upper bound of the figure.
        blocking: a failure refuses the file; otherwise it is reported, and the night ends with 3.
        why: the reason, for the department.
    """

    metric: Metric
    column: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    blocking: bool
    why: str

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("an expectation needs min or max")
        needs_column = self.metric in {"null_share", "distinct_values", "share_outside"}
        if needs_column != (self.column is not None):
            raise ValueError(f"{self.metric} {'needs' if needs_column else 'takes no'} column")
        return self


class Dossier(Strict):
    """How a firm's dossier tells of the rows of an extract.

    Attributes:
        document: column with the number of the document that a row is of.
        on: columns that give a row's day, the first that is filled; else the day of the file.
        newest: so many rows are told one by one, the newest; the others are counted.
        told: columns that the firm itself may be told; no free text, no names, no amounts of tax and pay.
        words: free text that the firm is told after all, in these words alone, where they stand in it.
        told_once: a row is told at all only where this column is filled (a complaint: once it is a case).
        left_out: shown columns that a dossier has no use for, or that tell of who complained.
    """

    document: str | None = None
    on: tuple[str, ...] = ()
    newest: int = Field(default=3, gt=0)
    told: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    told_once: str | None = None
    left_out: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that it names."""
        single = (name for name in (self.document, self.told_once) if name)
        return (*single, *self.on, *self.told, *self.words, *self.left_out)


class RowChange(Strict):
    """How far the rows of a snapshot's sender may fall or rise against its last good file.

    Attributes:
        floor: below this share of the rows before, the file is refused.
        ceiling: above this multiple of the rows before, it is reported.
    """

    floor: Decimal = Field(default=Decimal("0.5"), ge=0, le=1)
    ceiling: Decimal = Field(default=Decimal(3), ge=1)


class Source(Strict):
    """One department extract.

    Attributes:
        extract: its name; also its folder in the inbox.
        title: Chinese title.
        department: who hands it over.
        mode: `snapshot` (the newest file of a sender replaces its earlier ones) or `append`.
        sender: column that names the sender of a snapshot; the whole extract is one sender if absent.
        senders: who is expected to send; one of whom no file ever came is told as missing.
        key: columns that identify a record.
        key_any: one filled key column is enough (registry: code or number).
        exhaustive: a firm's absence from the extract says something.
        optional: no file is no fault.
        identifies: its rows belong to enterprises (labour_market's do not).
        stale_after_days: an extract date older than this, at as-of, is stale.
        legal_basis: on what ground the district may use it.
        retention_years: how long its records are kept, from the day of the file that brought them.
        retention_reason: the legal reason why so long and no longer.
        columns: the columns, by canonical name.
        fill_in: columns that the sender fills in; a line with all of them empty is no data.
        expectations: bounds that each file is held against.
        row_change: bounds of a snapshot's rows against its sender's last good file.
        dossier: how a firm's dossier tells of its rows.
        note: for readers.
    """

    extract: str
    title: str
    department: str
    mode: Literal["snapshot", "append"]
    sender: str | None = None
    senders: tuple[str, ...] = ()
    key: tuple[str, ...] = Field(min_length=1)
    key_any: bool = False
    exhaustive: bool = False
    optional: bool = False
    identifies: bool = True
    stale_after_days: int = Field(gt=0)
    legal_basis: str
    retention_years: int = Field(gt=0, le=30)
    retention_reason: str = Field(min_length=8)
    columns: dict[str, Column] = Field(min_length=1)
    fill_in: tuple[str, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    row_change: RowChange = RowChange()
    dossier: Dossier = Dossier()
    note: str | None = None
    _folder: Path = PrivateAttr()

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        checked = (e.column for e in self.expectations if e.column)
        named = [*self.key, *self.fill_in, *checked, *self.dossier.named]
        if self.senders and not self.sender:
            raise ValueError("senders belong to a sender")
        if self.sender:
            named.append(self.sender)
            if self.mode != "snapshot":
                raise ValueError("sender belongs to a snapshot")
        if self.mode != "snapshot" and "row_change" in self.model_fields_set:
            raise ValueError("row_change belongs to a snapshot")
        for name in named:
            if name not in self.columns:
                raise ValueError(f"{name} is not a column of this source")
        return self

    @model_validator(mode="after")
    def _tells_a_firm_no_more_than_its_own(self) -> Self:
        for name in self.dossier.told:
            column = self.columns[name]
            if column.show != "list" or column.role not in (None, "uscc", "registration_no"):
                raise ValueError(f"{name} cannot be told to a firm: it is not shown, or names somebody")
            if column.type == "text" and name not in self.dossier.words:
                raise ValueError(f"{name} is free text: name the words that a firm may be told of it")
        return self

    @property
    def folder(self) -> Path:
        """The folder that the declaration lies in."""
        return self._folder

    def with_role(self, *roles: Role) -> tuple[str, ...]:
        """Names of the columns that have one of the roles, in declared order."""
        return tuple(name for name, column in self.columns.items() if column.role in roles)

    def age_days(self, extract_date: date, as_of: date) -> int:
        """Days from an extract date to as-of."""
        return (as_of - extract_date).days

    def expires_on(self, extract_date: date) -> date:
        """The last day of the term of what a file of a day brought."""
        year = extract_date.year + self.retention_years
        is_leap_day = (extract_date.month, extract_date.day) == (2, 29)
        return date(year, 2, 28) if is_leap_day else extract_date.replace(year=year)


def load_source(folder: Path) -> Source:
    """Reads `<folder>/source.yml`.

    Raises:
        SourceError: with file and line, if the declaration is wrong or names another extract.
    """
    path = folder / "source.yml"
    source = strictyaml.load(path, Source, SourceError)
    if source.extract != folder.name:
        raise SourceError(
            f"extract is {source.extract} but the folder is {folder.name}",
            where=str(path),
            mend="give both the same name",
        )
    source._folder = folder
    return source


def load_sources(folder: Path) -> dict[str, Source]:
    """All sources of a folder, by name, sorted by name.

    Raises:
        SourceError: if the folder holds none, or one of them is wrong.
    """
    found = {path.parent.name: load_source(path.parent) for path in sorted(folder.glob("*/source.yml"))}
    if not found:
        raise SourceError("no source is declared", where=str(folder), mend="name the sources folder")
    return found
