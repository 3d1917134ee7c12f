"""Texts taken apart batch by batch: in their order, the same however many work."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from pipeline import processes
from pipeline.errors import RunError
from pipeline.link.columns import normalising
from pipeline.link.columns.normalising import Crew, Taken, collect, crew, in_batches, take_phones
from pipeline.link.columns.vocabulary import Vocabularies
from tests.link.by_hand import ints

SIZE = 3


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normalising, "BATCH", SIZE)


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])]
)
def test_texts_come_in_batches_and_none_are_one_empty_batch(few: None, count: int, sizes: list[int]) -> None:
    texts = [str(n) for n in range(count)]
    batches = list(in_batches(texts))
    assert [len(batch) for batch in batches] == sizes
    assert [text for batch in batches for text in batch] == texts


def taken(texts: list[str]) -> Taken:
    """Each text as a word of trade, a flag for those that are long."""
    numbers = ints(*range(1, len(texts) + 1))
    return Taken({"name": ("trade", numbers)}, {"long": (numbers > 1).astype(int)}, {"trade": ["", *texts]})


class Pool:
    """Does at once what is submitted, and counts it."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, work: Callable[[list[str]], Taken], texts: list[str]) -> "Future[Taken]":
        self.submitted += 1
        future: Future[Taken] = Future()
        future.set_result(work(texts))
        return future


@pytest.mark.parametrize("pool", [None, Pool()])
def test_batches_come_in_their_order_name_by_name(few: None, pool: Any) -> None:
    texts = {"a": ["甲", "乙", "丙", "丁"], "b": [], "c": ["甲"]}
    words = Vocabularies()
    work = {name: (taken, those) for name, those in texts.items()}
    found = {name: collect(batches, words) for name, batches in Crew(pool, 1).take(work)}
    said = {name: words.trade.texts(columns["name"]) for name, (columns, _) in found.items()}
    assert said == texts
    assert found["a"][1]["long"].tolist() == [0, 1, 1, 0]
    assert len(words.trade) == 5, "equal texts of different batches have one number"


def test_only_a_few_batches_are_under_way(few: None) -> None:
    pool = Pool()
    work = {"a": (taken, ["甲"] * SIZE * 20)}
    for _, batches in Crew(pool, 2).take(work):  # type: ignore[arg-type]
        assert pool.submitted == 2 * normalising.AHEAD
        next(batches)
        assert pool.submitted == 2 * normalising.AHEAD + 1
        assert len(list(batches)) == 19
    assert pool.submitted == 20


def test_few_texts_or_one_process_need_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ProcessPoolExecutor", lambda *_, **__: pytest.fail("a pool was made"))
    enough = normalising.WORTH_A_PROCESS
    for count, texts in ((1, enough), (0, enough), (2, enough - 1)):
        with crew(count, texts) as workers:
            assert [name for name, _ in workers.take({"a": (taken, ["甲"])})] == ["a"]


def test_many_texts_have_as_many_processes_as_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Made(Pool):
        def __init__(self, count: int, **_: Any) -> None:
            super().__init__()
            made.append(count)

        def __enter__(self) -> "Made":
            return self

        def __exit__(self, *_: object) -> None:
            made.append(0)

    monkeypatch.setattr(processes, "ProcessPoolExecutor", Made)
    with crew(2, normalising.WORTH_A_PROCESS) as workers:
        assert made == [2]
        next(iter(workers.take({"a": (taken, ["甲"])})))
    assert made == [2, 0]


def test_a_process_that_died_is_told() -> None:
    def broken() -> Iterator[Taken]:
        yield taken(["甲"])
        raise BrokenProcessPool

    with pytest.raises(RunError, match="died"):
        collect(broken(), Vocabularies())


def test_the_first_two_numbers_of_a_cell_are_kept() -> None:
    words = Vocabularies()
    columns, _ = collect([take_phones(["13612345670/25123456", "13612345671", ""])], words)
    said = [words.phone.texts(columns[name]) for name in ("phone", "phone_other")]
    assert said == [["13612345670", "13612345671", ""], ["25123456", "", ""]]
