"""What the judge found: one night held against the truth of its district."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Accounting:
    """What became of one extract's data rows.

    Attributes:
        extract: which.
        data_rows: rows of the truth that hold data, broken ones too.
        accepted: of those, with a link (or counted, where rows identify nobody).
        rejected: of those, rejected with a reason.
        unaccounted: neither.
        both_ways: both.
        broken_accepted: lack what is required, and were accepted.
        sound_rejected: lack nothing, and were rejected.
    """

    extract: str
    data_rows: int
    accepted: int
    rejected: int
    unaccounted: int
    both_ways: int
    broken_accepted: int
    sound_rejected: int


@dataclass(frozen=True)
class Links:
    """Links of accepted rows of registered firms, outside the registry.

    Attributes:
        of: what is counted: `all`, an extract, a decision, `no usable code`.
        rows: accepted rows whose firm has an accepted registry row.
        linked: of those, given to an enterprise.
        right: of those, to the enterprise of their firm's registry row.
    """

    of: str
    rows: int
    linked: int
    right: int

    @property
    def precision(self) -> float:
        """Right among linked."""
        return _share(self.right, self.linked)

    @property
    def recall(self) -> float:
        """Right among all."""
        return _share(self.right, self.rows)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.right, self.linked + self.rows)


@dataclass(frozen=True)
class Strangers:
    """Rows of firms that the registry extract does not hold.

    Attributes:
        kin: `unregistered` or `registered elsewhere`.
        rows: their accepted rows.
        given: of those, given to a firm of the registry.
        true_pairs: pairs of rows of one entity.
        made_pairs: pairs of rows given to one enterprise.
        right_pairs: both.
    """

    kin: str
    rows: int
    given: int
    true_pairs: int
    made_pairs: int
    right_pairs: int


@dataclass(frozen=True)
class Bin:
    """Linked rows of one tenth of the probabilities: rows, mean probability, and those rightly linked."""

    bin: int
    rows: int
    mean_probability: float
    right: int


@dataclass(frozen=True)
class StreetRank:
    """One street's first ten and first fifty lines, and how many of them are truly low-end."""

    street: str
    first_ten: int
    ten_right: int
    first_fifty: int
    fifty_right: int


@dataclass(frozen=True)
class Ranking:
    """The district's ranking: low-end entities in truth, lines, low-end among them, average precision."""

    low_end: int
    ranked: int
    found: int
    average_precision: float


@dataclass(frozen=True)
class Evaluation:
    """A night held against the truth.

    Attributes:
        accounting: one entry per extract.
        files_disagreeing: files whose sums do not agree with the truth or among themselves.
        overall: links of all rows of registered firms.
        uncoded: of those without a usable code; None where the truth does not say which.
        by_extract: by extract.
        by_decision: by decision class.
        strangers: the unregistered and those registered elsewhere.
        registry_rows_lost: accepted rows whose firm's registry row was not accepted; in no figure above.
        registry_shared: registry firms that share an enterprise_id with another one.
        calibration: ten bins at most.
        streets: one entry per street of the ranking.
        ranking: the district's ranking.
        street_known: enterprises whose true operating street is known.
        street_right: of those, with that street in the warehouse.
    """

    accounting: tuple[Accounting, ...]
    files_disagreeing: int
    overall: Links
    uncoded: Links | None
    by_extract: tuple[Links, ...]
    by_decision: tuple[Links, ...]
    strangers: tuple[Strangers, ...]
    registry_rows_lost: int
    registry_shared: int
    calibration: tuple[Bin, ...]
    streets: tuple[StreetRank, ...]
    ranking: Ranking
    street_known: int
    street_right: int

    def to_json(self) -> str:
        """The evaluation as JSON, with the shares that follow from the counts."""
        found = asdict(self)
        for name in ("by_extract", "by_decision"):
            found[name] = [_with_shares(one) for one in getattr(self, name)]
        found["overall"] = _with_shares(self.overall)
        found["uncoded"] = _with_shares(self.uncoded) if self.uncoded else None
        return json.dumps(found, ensure_ascii=False, indent=2)


def _with_shares(links: Links) -> dict[str, object]:
    return {**asdict(links), "precision": links.precision, "recall": links.recall, "f1": links.f1}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
