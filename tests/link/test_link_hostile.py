"""A file of judgements that is damaged or tricked is named by line, and nothing of it is taken."""

import json
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.link.judgement.judgements import read_judgements

GOOD = {
    "record_id": "tax:1",
    "enterprise_id": "E1",
    "verdict": "same",
    "who": "x",
    "when": "2017-03-31",
    "why": "y",
}


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("links.jsonl", b'{"record_id": "\xff\xfe"}\n', 1),
        ("links.jsonl", json.dumps(GOOD).encode() + b"\n" + b"[" * 100_000 + b"\n", 2),
        ("links.jsonl", b'{"when": NaN}\n', 1),
        ("links.csv", b"record_id,enterprise_id,verdict,who,when,why\n" + b"x" * 200_000 + b"\n", 1),
        ("links.csv", "record_id,why\n税务,乙\n".encode("gb18030"), 1),
    ],
)
def test_what_cannot_be_read_is_named_by_line(tmp_path: Path, name: str, content: bytes, line: int) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_judgements(tmp_path)
    assert caught.value.where == f"{tmp_path / name}:{line}"
    assert caught.value.mend


def test_half_a_character_stays_out_of_the_tables(tmp_path: Path) -> None:
    line = json.dumps(GOOD).replace('"y"', '"a\\ud800b"')
    (tmp_path / "links.jsonl").write_text(line, encoding="utf-8")
    assert read_judgements(tmp_path)[0].judgement.why == "a?b"
