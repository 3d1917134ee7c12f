"""Whatever the locks install has a licence that is known and permissive, or an exception with its reason."""

import re
import sys

import pytest

from deploy.licences import EXCEPTIONS, LOCKS, PAGE, Licensed, locked, page
from pipeline.settings import PROJECT_ROOT

DISTRIBUTIONS = {one.name: one for lock in LOCKS for one in locked(lock)}


def test_each_licence_is_allowed() -> None:
    assert [one for one in DISTRIBUTIONS.values() if not one.is_allowed] == []


def test_each_exception_is_needed() -> None:
    needed = {name for name, one in DISTRIBUTIONS.items() if not one.is_permissive}
    assert needed == set(EXCEPTIONS)


def test_the_page_names_every_distribution_of_the_lock_with_its_version() -> None:
    rows = dict(re.findall(r"^\| (\S+) \| (\S+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: rows.get(name) for name in DISTRIBUTIONS} == {
        name: one.version for name, one in DISTRIBUTIONS.items()
    }
    lock = (PROJECT_ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert {name.lower() for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)} <= set(rows)


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the page is written with Python 3.11")
def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("licence", "is_permissive"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("GPL-2.0-or-later OR MIT", True),
        ("ISC AND (MIT OR GPL-3.0-only)", True),
        ("GPL-3.0-only", False),
        ("MIT AND LGPL-2.1-only", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_a_licence_is_read(licence: str, is_permissive: bool) -> None:
    assert Licensed("a", "1", licence, True).is_permissive == is_permissive
