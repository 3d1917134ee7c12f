"""A clerk's answers: read back from the workbook, checked, and appended to the judgements."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pipeline import clerk, db, workbook
from pipeline.errors import ConfigError
from pipeline.link.judgement.judgements import Judgement, in_force, read_judgements

FILE = "links.jsonl"
UNSAID = "人工核对，未写理由"
_NEEDED = (clerk.RECORD, clerk.ENTERPRISE, clerk.TOLD, clerk.JUDGEMENT, clerk.REASON)
Pair = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """One filled line: the pair that stands for it, the verdict, and what held when it was exported."""

    row: int
    pair: Pair
    verdict: str
    why: str
    told: str


@dataclass(frozen=True)
class Taken:
    """What an import came to.

    Attributes:
        judgements: what was added.
        known: how many records had the very same judgement already.
        blank: how many lines were left blank.
    """

    judgements: list[Judgement]
    known: int
    blank: int

    def __str__(self) -> str:
        words = {verdict: word for word, verdict in clerk.ANSWERS.items()}
        counts = Counter(words[one.verdict] for one in self.judgements)
        told = ", ".join(f"{word} {counts[word]}" for word in clerk.ANSWERS if counts[word])
        return (
            f"{len(self.judgements)} judgements taken{f' ({told})' if told else ''}; "
            f"{self.known} were known already; {self.blank} lines were left blank"
        )


def import_answers(book: Path, corrections: Path, who: str, when: date) -> Taken:
    """Takes the answers of a workbook into `<corrections>/links.jsonl`; all of them or none.

    Args:
        book: the filled workbook.
        corrections: folder of the judgements; made if it is not there.
        who: who answered.
        when: the day.

    Raises:
        ConfigError: if the workbook cannot be read, names unknown pairs, contradicts itself, or contradicts
            what was judged since it was exported; nothing is taken then.
    """
    sheets = _read(book)
    where = f"{book.name}, sheet {clerk.PAIRS}"
    answers, blank = _answers(sheets[clerk.PAIRS], where)
    settles = _settled(sheets[clerk.RECORDS], f"{book.name}, sheet {clerk.RECORDS}")
    judged = {one.pair: one.verdict for one in in_force(read_judgements(corrections))}
    fresh: dict[Pair, Judgement] = {}
    known = 0
    said: dict[str, Answer] = {}
    for answer in answers:
        _refuse(answer.pair not in settles, where, answer, "the pair is not one of this workbook")
        for record in settles[answer.pair]:
            pair = (record, answer.pair[1])
            _refuse_contradiction(said, record, answer, where)
            now = judged.get(pair, "")
            changed = now not in (answer.verdict, answer.told)
            _refuse(changed, where, answer, "the pair was judged otherwise after this workbook was made")
            known += pair not in fresh and now == answer.verdict
            if now != answer.verdict:
                fresh[pair] = Judgement(*pair, answer.verdict, who, when.isoformat(), answer.why)
    taken = [fresh[pair] for pair in sorted(fresh)]
    if taken:
        _append(corrections, taken)
    return Taken(taken, known, blank)


def _read(book: Path) -> dict[str, list[dict[str, str]]]:
    try:
        with book.open("rb") as stream:
            found = {sheet.name: sheet.grid for sheet in workbook.read_sheets(stream)}
        sheets = {name: found[name] for name in (clerk.PAIRS, clerk.RECORDS)}
    except (workbook.Unreadable, KeyError, OSError) as problem:
        raise ConfigError(
            "this is no workbook that `review export` made",
            where=str(book),
            mend="save it as XLSX without removing sheets, or export anew",
        ) from problem
    return {name: _rows(name, rows, book) for name, rows in sheets.items()}


def _rows(name: str, rows: list[list[object]], book: Path) -> list[dict[str, str]]:
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    needed = _NEEDED if name == clerk.PAIRS else (clerk.RECORD, clerk.ENTERPRISE, clerk.SETTLED)
    for column in needed:
        if column not in header:
            raise ConfigError(
                f"the column {column} is missing", where=f"{book.name}, sheet {name}", mend="export anew"
            )
    return [dict(zip(header, (str(cell).strip() for cell in row), strict=False)) for row in rows[1:]]


def _answers(rows: Iterable[Mapping[str, str]], where: str) -> tuple[list[Answer], int]:
    """The filled lines, and how many were left blank."""
    answers, blank = [], 0
    for number, row in enumerate(rows, start=2):
        word = row[clerk.JUDGEMENT]
        pair = (row[clerk.RECORD], row[clerk.ENTERPRISE])
        if not word:
            blank += any(pair)
            continue
        verdict = clerk.ANSWERS.get(word)
        if verdict is None:
            raise ConfigError(
                "the answer is none of the list",
                where=f"{where}, row {number}, column {clerk.JUDGEMENT}",
                mend=f"choose {'、'.join(clerk.ANSWERS)} or leave it blank",
            )
        answers.append(Answer(number, pair, verdict, row[clerk.REASON] or UNSAID, row[clerk.TOLD]))
    return answers, blank


def _settled(rows: Iterable[Mapping[str, str]], where: str) -> dict[Pair, list[str]]:
    settles: dict[Pair, list[str]] = {}
    for row in rows:
        settles.setdefault((row[clerk.RECORD], row[clerk.ENTERPRISE]), []).append(row[clerk.SETTLED])
    if not settles:
        raise ConfigError("the list of records is empty", where=where, mend="export anew")
    return settles


def _refuse_contradiction(said: dict[str, Answer], record: str, answer: Answer, where: str) -> None:
    """Refuses two answers for one pair that differ, and a record that is two enterprises."""
    for key in (f"{record}|{answer.pair[1]}", f"{record}|" if answer.verdict == "same" else ""):
        other = said.setdefault(key, answer) if key else answer
        if other.verdict != answer.verdict or (key.endswith("|") and other.pair[1] != answer.pair[1]):
            raise ConfigError(
                f"the answer contradicts the one in row {other.row}",
                where=f"{where}, row {answer.row}, column {clerk.JUDGEMENT}",
                mend="let one of them stand",
            )


def _refuse(wrong: bool, where: str, answer: Answer, what: str) -> None:
    if wrong:
        raise ConfigError(
            what,
            where=f"{where}, row {answer.row}, column {clerk.JUDGEMENT}",
            mend="clear the answer, or export anew and answer there",
        )


def _append(corrections: Path, judgements: Iterable[Judgement]) -> None:
    """Appends whole lines in one write and flushes them to the disk."""
    corrections.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = corrections / FILE
    lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in judgements)
    opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(opened, "r+b") as handle:
        size = handle.seek(0, os.SEEK_END)
        if size:
            handle.seek(size - 1)
            lines = lines if handle.read(1) == b"\n" else "\n" + lines
        handle.write(lines.encode("utf-8"))
        handle.flush()
        os.fsync(handle.fileno())
    db.sync([corrections])
