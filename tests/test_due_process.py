"""docs/due-process.md names tests that are there, for each of the twelve rules."""

import re

from pipeline.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "due-process.md"
NAMED = re.compile(r"`((?:tests/[\w/]+\.py)?)::(test_\w+)`")
PLACE = re.compile(r"`((?:pipeline|sources|corrections)/[\w/]+\.py)`")


def test_each_of_the_twelve_rules_names_tests_and_code_that_are_there() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+\. ", line)]
    assert [int(re.findall(r"\d+", row)[0]) for row in rows] == list(range(1, 13))
    for row in rows:
        file = ""
        named = NAMED.findall(row)
        assert named, row
        for given, test in named:
            file = given or file
            assert f"def {test}(" in (PROJECT_ROOT / file).read_text(encoding="utf-8"), (file, test)
        for place in PLACE.findall(row):
            assert (PROJECT_ROOT / place).is_file(), place
