"""What a catalogue is: items with their class and words, the rows set aside, and an edition of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

TITLE = "深圳市产业结构调整优化和产业导向目录"
NOT_LOADED = "目录未导入"
CLASSES = {"restricted": "限制", "prohibited": "禁止", "eliminated": "淘汰"}
KINDS = {"process": "工艺", "product": "产品", "equipment": "设备"}


@dataclass(frozen=True)
class Item:
    """One item of the catalogue.

    Attributes:
        row: its row in the file, from 1 at the top.
        item_class: `restricted`, `prohibited` or `eliminated`.
        number: its number in the catalogue.
        text: its wording.
        words: kind of declaration (`process`, `product`, `equipment`) → keywords, any one of which names it.
        exclusions: words that lift it.
        codes: edition of GB/T 4754 → codes, or beginnings of codes, of the trades that it is about.
        due_on: the last day of its term, if it has one.
    """

    row: int
    item_class: str
    number: str
    text: str
    words: dict[str, tuple[str, ...]]
    exclusions: tuple[str, ...]
    codes: dict[str, tuple[str, ...]]
    due_on: date | None

    @property
    def keywords(self) -> tuple[str, ...]:
        """All keywords, of whatever kind."""
        return tuple(word for words in self.words.values() for word in words)


@dataclass(frozen=True)
class SetAside:
    """A row that is kept and not compared with: where, why, and the mend."""

    row: int
    cells: tuple[str, ...]
    why: str
    mend: str

    def sentence(self, file: str) -> str:
        """One line for a person."""
        return f"{file}, row {self.row}: {self.why}; {self.mend}"


@dataclass(frozen=True)
class Table:
    """A catalogue file, taken apart; every row is an item or set aside."""

    items: tuple[Item, ...]
    set_aside: tuple[SetAside, ...]

    def counts(self) -> str:
        """Items by class, for a terminal."""
        numbers = Counter(CLASSES[item.item_class] for item in self.items)
        told = ", ".join(f"{word} {numbers[word]}" for word in CLASSES.values() if numbers[word])
        return f"{len(self.items)} items ({told})"


@dataclass(frozen=True)
class Edition:
    """One import: which table, as which edition, valid when, by whom and when.

    Attributes:
        sequence: rises with every import; of two of one edition the later holds.
        edition: the edition's name, for example 2016.
        sha256: hash of the file's bytes.
        file: its name.
        valid_from: first day on which it is in force.
        valid_to: last day; None while open.
        who: who imported it.
        imported_at: when, UTC, ISO 8601.
    """

    sequence: int
    edition: str
    sha256: str
    file: str
    valid_from: date
    valid_to: date | None
    who: str
    imported_at: str

    def valid(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def said(self) -> tuple[str, str, date, date | None]:
        """What an import says; a second one that says the same adds nothing."""
        return self.edition, self.sha256, self.valid_from, self.valid_to
