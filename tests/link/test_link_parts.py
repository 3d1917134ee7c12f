"""Parts of the linking that rest in files."""

from pathlib import Path

import numpy as np

from pipeline.link.columns.normalising import take_addresses, take_names
from pipeline.link.columns.taken import Taken
from pipeline.link.parts import Arrays, Parts


def _arrays(times: list[int]) -> Arrays:
    times.append(1)
    return {
        "numbers": np.array([3, 1], dtype=np.int64),
        "is": np.array([True]),
        "none": np.zeros(0, dtype=np.int8),
    }


def test_a_part_is_made_once_and_comes_back_as_it_was(tmp_path: Path) -> None:
    made: list[int] = []
    kept = Parts(tmp_path, b"code")
    first, again = (kept.kept("a", lambda: _arrays(made)) for _ in range(2))
    assert made == [1]
    assert [(name, values.dtype, values.tolist()) for name, values in again.items()] == [  # type: ignore[union-attr]
        (name, values.dtype, values.tolist())
        for name, values in first.items()  # type: ignore[union-attr]
    ]


def test_another_name_input_or_code_is_another_part(tmp_path: Path) -> None:
    made: list[int] = []
    kept = Parts(tmp_path, b"code")
    for parts, name in (
        (kept, "a"), (kept, "b"), (Parts(tmp_path, b"other"), "a"), (kept.within(b"x"), "a"),
        (kept.within(b"x", b""), "a"),
    ):  # fmt: skip
        parts.kept(name, lambda: _arrays(made))
    assert len(made) == 5


def test_a_part_that_is_not_whole_is_made_again(tmp_path: Path) -> None:
    made: list[int] = []
    kept = Parts(tmp_path, b"code")
    kept.kept("a", lambda: _arrays(made))
    [path] = tmp_path.iterdir()
    for data in (path.read_bytes()[:-1], b"", b"\0" * 400):
        path.write_bytes(data)
        kept.kept("a", lambda: _arrays(made))
    assert len(made) == 4


def test_where_nothing_is_kept_everything_is_made(tmp_path: Path) -> None:
    made: list[int] = []
    for _ in range(2):
        Parts().within(b"x").kept("a", lambda: _arrays(made))
    Parts(tmp_path / "missing", b"").kept("a", lambda: _arrays(made))
    assert len(made) == 3


def test_texts_taken_apart_come_back_as_they_were(tmp_path: Path) -> None:
    for take in (take_names, take_addresses):
        for texts in ([], ["", "深圳市金凤五金制品有限公司", "罗湖区湖贝路12号3栋501"]):
            taken = take(texts)
            back = [
                Taken.of(Parts(tmp_path, take.__name__.encode()).kept(str(len(texts)), taken.arrays))
                for _ in range(2)
            ][1]
            assert back.words == taken.words
            assert {name: (of, list(at)) for name, (of, at) in back.columns.items()} == {
                name: (of, list(at)) for name, (of, at) in taken.columns.items()
            }
            assert {name: list(at) for name, at in back.flags.items()} == {
                name: list(at) for name, at in taken.flags.items()
            }
