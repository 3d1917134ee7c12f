"""The rule file as a strict model: what a lawyer reads, an analyst changes and a test holds to account."""

import string
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from pipeline.declaration import Strict

Outcome = Literal["hit", "clear", "not_evaluated"]
CaseKind = Literal["fires", "clear", "not_evaluated", "boundary"]
Scalar = str | None
PLACES = ("condition", "unless", "mended")


class LegalBasis(Strict):
    """One article that was in force from a day to a day (both included); open-ended without `valid_to`."""

    law: str
    article: str
    valid_from: date
    valid_to: date | None = None

    def valid(self, on: date) -> bool:
        """Whether the article is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def text(self) -> str:
        """`《law》article`."""
        return f"《{self.law}》{self.article}"


class Needs(Strict):
    """What a condition may look at.

    Attributes:
        record: the extract whose rows are judged one by one; absent for a rule over features.
        columns: columns of that extract.
        features: features of the enterprise.
    """

    record: str | None = None
    columns: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


class DatedValue(Strict):
    """A threshold's value from a day on."""

    value: Decimal
    valid_from: date
    why: str


class Fading(Strict):
    """How evidence grows old: half the points after each half-life, none after the expiry."""

    half_life_days: int = Field(gt=0)
    expires_after_days: int = Field(gt=0)


class Mended(Strict):
    """When a finding is mended, and what share of its points then still counts."""

    when: str
    percent: int = Field(ge=0, le=50)


class Measure(Strict):
    """What the clause provides; printed only while one of its legal bases is in force.

    Attributes:
        remedy: R-number of the plan.
        clause: the clause that names the remedy.
        text: Chinese, for the list.
        legal_basis: the power to take it; the rule's own where absent.
    """

    remedy: str
    clause: str
    text: str
    legal_basis: tuple[LegalBasis, ...] = ()


class UndefinedTerm(Strict):
    """A term that the policy leaves open, and how it is read here."""

    term: str
    reading: str


class Case(Strict):
    """One worked case of the rule.

    Attributes:
        name: what it shows.
        kind: fires, clear, not_evaluated, or boundary (just on or just off a limit).
        as_of: the day.
        record: values of the needed columns; absent columns are null.
        features: values of the needed features; an absent one was not seen.
        occurred_on: day of the anchor's source row, for a rule over features.
        outcome: what must come out.
        points: whole hundredths that must come out, if stated.
    """

    name: str
    kind: CaseKind
    as_of: date
    record: dict[str, Scalar] = Field(default_factory=dict)
    features: dict[str, Decimal] = Field(default_factory=dict)
    occurred_on: date | None = None
    outcome: Outcome
    points: int | None = None


class Rule(Strict):
    """One rule, one file.

    Attributes:
        reading: strict (all that the clause joins by 且; assigns the category) or screening (warns).
        anchor: for a rule over features, the feature whose source row is the evidence.
        occurred_on: columns of the record that date the finding, the first that is filled; the
            extract's own date where `extract_date` is named.
        document: column that holds the document's number.
        unless: what lifts the rule (exemptions); null lifts nothing.
        fact: rules that see one and the same fact share its name; a second sight of it counts half.
        beside: other facts that the same record may show and count as well, and why.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    clause: str
    category: str
    reading: Literal["strict", "screening"]
    status: Literal["draft", "active", "retired"]
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1)
    lead_department: str
    other_departments: tuple[str, ...] = ()
    needs: Needs
    anchor: str | None = None
    thresholds: dict[str, tuple[DatedValue, ...]] = Field(default_factory=dict)
    condition: str
    unless: str | None = None
    mended: Mended | None = None
    fact: str | None = None
    beside: dict[str, str] = Field(default_factory=dict)
    occurred_on: tuple[str, ...] = ()
    document: str | None = None
    points: int = Field(ge=1, le=60)
    fading: Fading
    measures: tuple[Measure, ...] = ()
    evidence: str
    false_positives: tuple[str, ...] = Field(min_length=1)
    undefined_terms: tuple[UndefinedTerm, ...] = ()
    cases: tuple[Case, ...] = Field(min_length=4)
    _path: Path = PrivateAttr()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        needs = self.needs
        if (needs.record is None) == (self.anchor is None):
            raise ValueError("a rule judges the rows of one extract (needs.record) or has an anchor feature")
        if self.anchor and self.anchor not in needs.features:
            raise ValueError(f"the anchor {self.anchor} must be one of needs.features")
        if needs.record and not self.occurred_on:
            raise ValueError("a rule on records says in occurred_on which columns date the finding")
        if self.reading == "strict" and not self.measures:
            raise ValueError("a strict rule names at least one measure of its clause")
        if self.reading == "screening" and self.measures:
            raise ValueError("a screening rule leads to verifying only and names no measure")
        if self.reading == "screening" and self.points > 20:
            raise ValueError("a screening rule has at most 20 points")
        kinds = {case.kind for case in self.cases}
        for kind in ("fires", "clear", "not_evaluated", "boundary"):
            if kind not in kinds:
                raise ValueError(f"there is no case of kind {kind}")
        return self

    @property
    def path(self) -> Path:
        """The file that the rule was read from."""
        return self._path

    @property
    def placeholders(self) -> tuple[tuple[str, str | None], ...]:
        """The evidence sentence as (text before, name) pairs."""
        return tuple((text, name) for text, name, _, _ in string.Formatter().parse(self.evidence))

    @property
    def one_fact(self) -> str:
        """The fact that the rule sees; its own where it shares none."""
        return self.fact or self.id

    def expressions(self) -> dict[str, str]:
        """The expressions that the rule has, by the key that they stand under."""
        texts = (self.condition, self.unless, self.mended.when if self.mended else None)
        return {place: text for place, text in zip(PLACES, texts, strict=True) if text is not None}

    def with_expression(self, place: str, text: str) -> Self:
        """The rule with another expression under a key that it has."""
        if place == "mended" and self.mended:
            return self.model_copy(update={"mended": self.mended.model_copy(update={"when": text})})
        return self.model_copy(update={place: text})

    def in_force(self, on: date) -> bool:
        """Whether the rule is active and one of its legal bases is in force."""
        return self.status == "active" and any(basis.valid(on) for basis in self.legal_basis)

    def basis_text(self, on: date) -> str:
        """Legal bases in force on a day, in Chinese."""
        return "；".join(basis.text for basis in self.legal_basis if basis.valid(on))

    def threshold_values(self, on: date) -> dict[str, Decimal | None]:
        """Each threshold's value on a day; None where none is in force yet."""
        values: dict[str, Decimal | None] = {}
        for name, dated in self.thresholds.items():
            current = [item for item in dated if item.valid_from <= on]
            values[name] = max(current, key=lambda i: i.valid_from).value if current else None
        return values

    def measures_on(self, on: date) -> tuple[Measure, ...]:
        """Measures whose legal basis is in force on a day, in the order of the file."""
        return tuple(
            measure
            for measure in self.measures
            if any(basis.valid(on) for basis in measure.legal_basis or self.legal_basis)
        )
