"""Writes docs/licences.md: the licence of everything that the locks install: `python -m deploy.licences`.

A licence is what the installed distribution declares: its SPDX expression, else its classifiers, else its
licence field. What is not known to be permissive needs an entry below, with the reason why it may be used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
LOCKS = {
    "run": "What a night needs",
    "dev": "What tests and checks need besides; none of it is in a plain bundle",
}
PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT"}
    | {"MIT-0", "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib"}
)
WORDS = {
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
MPL = "MPL-2.0 binds changes to its own files alone; it is installed unchanged"
EXCEPTIONS = {
    "axe-playwright-python": "declares none; its file says MIT, axe-core in it MPL-2.0; only tests use it",
    "certifi": MPL,
    "hypothesis": MPL,
    "orjson": MPL,
    "pathspec": MPL,
    "pyphen": "GPL, LGPL or MPL as the user chooses: MPL-1.1 is taken, which binds its own files alone",
    "text-unidecode": "Artistic or GPL as the user chooses: the Artistic License is taken",
    "tqdm": MPL,
}
# What the locks name for other systems or Pythons cannot be asked here.
ELSEWHERE = {
    "async-timeout": "Apache-2.0",
    "brotlicffi": "MIT",
    "pywin32": "PSF-2.0",
    "whenever": "MIT",
}


@dataclass(frozen=True)
class Licensed:
    """One distribution of a lock.

    Attributes:
        name: its name.
        version: as the lock pins it, or several with `、` between.
        licence: as declared; empty if nothing was.
        is_here: whether it is installed in this environment.
    """

    name: str
    version: str
    licence: str
    is_here: bool

    @property
    def is_permissive(self) -> bool:
        """Whether each part of the licence, or one of its alternatives, is known to be permissive."""
        return any(
            set(re.findall(r"[^\s()]+", choice)) - {"AND"} <= PERMISSIVE and bool(choice.strip())
            for choice in _alternatives(self.licence)
        )

    @property
    def is_allowed(self) -> bool:
        """Whether it may be used: it is permissive, or an exception names it."""
        return self.is_permissive or self.name in EXCEPTIONS


def locked(lock: str) -> list[Licensed]:
    """What a lock installs, by name."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    versions: dict[str, list[str]] = {}
    for line in re.findall(r"^[A-Za-z0-9][^\\\n]*", text, re.MULTILINE):
        required = Requirement(line)
        found = versions.setdefault(canonicalize_name(required.name), [])
        found.append(str(required.specifier).removeprefix("=="))
    return [_licensed(name, "、".join(versions[name])) for name in sorted(versions)]


def page() -> str:
    """The page."""
    return "\n".join(
        [
            "# Licences",
            "",
            "The program is under Apache-2.0. It installs what is listed here, unchanged and under its own",
            "licence, as the distributions declare it. `make licences` writes this page from what is",
            "installed; a test fails on a licence that is unknown or not permissive, unless an exception",
            "says why it may be used.",
            "",
            *_sections(),
        ]
    )


def _sections() -> Iterator[str]:
    seen: set[str] = set()
    for lock, title in LOCKS.items():
        yield from (f"## {title}", "", "| distribution | version | licence |", "|---|---|---|")
        for one in locked(lock):
            if one.name not in seen:
                yield f"| {one.name} | {one.version} | {_told(one)} |"
            seen.add(one.name)
        yield ""
    yield from ("## Exceptions", "", "| distribution | why it may be used |", "|---|---|")
    yield from (f"| {name} | {why} |" for name, why in sorted(EXCEPTIONS.items()) if name in seen)
    yield ""


def _told(one: Licensed) -> str:
    return one.licence if one.is_here else f"{one.licence} (of other systems or Pythons)"


def _licensed(name: str, version: str) -> Licensed:
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return Licensed(name, version, ELSEWHERE.get(name, ""), False)
    return Licensed(name, version, _declared(found), True)


def _declared(found: PackageMetadata) -> str:
    expression = found.get("License-Expression")
    if expression:
        return str(expression)
    field = (found.get("License") or "").strip()
    if field in PERMISSIVE or re.fullmatch(r"[\w.-]+-\d[\w.-]*(?: (?:AND|OR) [\w.-]+)*", field):
        return field
    classified = [
        name.rpartition("::")[2].strip()
        for name in found.get_all("Classifier") or []
        if name.startswith("License :: ") and not name.endswith(":: OSI Approved")
    ]
    return " OR ".join(WORDS.get(name, name) for name in classified) or field.partition("\n")[0]


def _alternatives(licence: str) -> list[str]:
    """The parts of an expression between its OR; an OR within brackets is one of them too."""
    inner = re.sub(r"\(([^()]*?) OR [^()]*\)", r"(\1)", licence)
    return inner.split(" OR ")


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {sum(line.startswith('| ') for line in page().splitlines())} lines")


if __name__ == "__main__":
    main()
