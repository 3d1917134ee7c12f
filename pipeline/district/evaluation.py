"""What the judge found: one night held against the truth of its district."""

import json
from dataclasses import asdict, dataclass

NO_STREET = "街道不明"


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
class Rival:
    """Another way to rank the same firms, and how good it is.

    Attributes:
        extract: whose rows alone are looked at; None for those of all.
        measure: `findings` ranks by their number, `points` by their points (`rank`: our own ranking).
        ranked: lines.
        found: truly low-end firms among them.
        average_precision: of the ranking, over all truly low-end entities.
    """

    extract: str | None
    measure: str
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
        rivals: other ways to rank the same firms by the same findings.
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
    rivals: tuple[Rival, ...]
    street_known: int
    street_right: int

    @property
    def plain_count(self) -> Rival | None:
        """The plain count of findings; None where no firm has any."""
        return next((rival for rival in self.rivals if rival.extract is None), None)

    @property
    def best_extract(self) -> Rival | None:
        """The best ranking that one extract's rows alone give; None where no firm has any finding."""
        own = [rival for rival in self.rivals if rival.extract is not None]
        return max(own, key=lambda rival: rival.average_precision, default=None)

    def lack_beside(self, rival: Rival | None) -> float | None:
        """What our average precision lacks to 1, over what a rival's lacks; None where that lacks nothing."""
        if rival is None or rival.average_precision >= 1:
            return None
        return (1 - self.ranking.average_precision) / (1 - rival.average_precision)

    @property
    def first_ten(self) -> float | None:
        """Truly low-end firms among a street's first ten lines, mean over the streets that have lines."""
        return _mean([float(street.ten_right) for street in self.streets if street.street != NO_STREET])

    @property
    def first_fifty(self) -> float | None:
        """Share of truly low-end firms among a street's first fifty lines, mean over streets with lines."""
        shares = [s.fifty_right / s.first_fifty for s in self.streets if s.street != NO_STREET]
        return _mean(shares)

    def to_json(self) -> str:
        """The evaluation as JSON, with the shares that follow from the counts."""
        found = asdict(self)
        for name in ("by_extract", "by_decision"):
            found[name] = [_with_shares(one) for one in getattr(self, name)]
        found["overall"] = _with_shares(self.overall)
        found["uncoded"] = _with_shares(self.uncoded) if self.uncoded else None
        found["first_ten"], found["first_fifty"] = self.first_ten, self.first_fifty
        found["lack_beside_plain_count"] = self.lack_beside(self.plain_count)
        found["lack_beside_best_extract"] = self.lack_beside(self.best_extract)
        return json.dumps(found, ensure_ascii=False, indent=2)


def _with_shares(links: Links) -> dict[str, object]:
    return {**asdict(links), "precision": links.precision, "recall": links.recall, "f1": links.f1}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
