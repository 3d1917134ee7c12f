"""YAML is read without surprises: words stay words, and errors name file and line."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from pipeline import strictyaml
from pipeline.errors import SourceError


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid")
    word: str | None
    number: int = 0


def write(place: Path, text: str | bytes) -> Path:
    path = place / "sample.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("word", ["no", "0123456", "2017-01-01", "1e3", "null_", "y"])
def test_words_stay_words(tmp_path: Path, word: str) -> None:
    assert strictyaml.load(write(tmp_path, f"word: {word}\n"), Sample, SourceError).word == word


def test_null_is_null_and_quoted_null_is_a_word(tmp_path: Path) -> None:
    assert strictyaml.load(write(tmp_path, "word: ~\n"), Sample, SourceError).word is None
    assert strictyaml.load(write(tmp_path, "word: '~'\n"), Sample, SourceError).word == "~"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("word: a\nother: b\n", 2),
        ("word: a\n\nword: b\n", 3),
        ("number: 1\n", 1),
        ("word: a\nnumber: many\n", 2),
        ("word: [a\n", 2),
        ("word: a\n? [b]\n: c\n", 2),
        ("", 1),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        strictyaml.load(path, Sample, SourceError)
    assert caught.value.where == f"{path}:{line}"


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="UTF-8"):
        strictyaml.load(write(tmp_path, b"word: \xff\xfe"), Sample, SourceError)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("word: a\nnumber: 1\x00\n", 2, "control"),
        ("word: a\x1b[31m\n", 1, "control"),
        ("word: a\nnumber: " + "[" * 50_000 + "]" * 50_000, 2, "deep"),
        ("".join(" " * depth + "a:\n" for depth in range(300)), 41, "deep"),
        ("word: !!python/object/apply:os.system [id]\n", 1, "tag"),
        ("word: !secret x\n", 1, "tag"),
        ("word: a\nrest: {<<: {number: 1}}\n", 2, "merge"),
        ("one: &a [x, x]\ntwo: &b [*a, *a]\nthree: [*b, *b]\n", 1, "alias"),
    ],
)
def test_tricks_are_refused_by_line_and_the_process_lives(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SourceError, match=why) as caught:
        strictyaml.read(path, SourceError)
    assert caught.value.where == f"{path}:{line}"


def test_a_gigantic_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="longer than"):
        strictyaml.read(write(tmp_path, b"#" * (5 << 20)), SourceError)
