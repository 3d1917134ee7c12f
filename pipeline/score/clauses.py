"""The policy's own words: its clauses, its remedies, and the routes that the remedies map to."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import Field

from pipeline import strictyaml
from pipeline.declaration import Strict
from pipeline.errors import RuleError

POLICY = Path(__file__).parent / "policy"
ROUTES = ("verify", "legalise", "inspect", "rectify", "upgrade", "close_part", "close")


class Document(Strict):
    """The policy document that the clauses are taken from."""

    title: str
    no: str
    index: str
    issued: str
    issuer: str
    source: str
    id_scheme: str
    status_note: str
    text_quality: str


class Remedy(Strict):
    """What the plan provides for; it creates no power, each use needs a statute of its own."""

    zh: str
    en: str
    clauses: str


class Succession(Strict):
    """Departments' later names."""

    evidence: str
    map: dict[str, str]


class Clause(Strict):
    """One clause, or one sentence of it (letters are ours).

    Attributes:
        id: part, section, item, letter.
        zh: the plan's wording.
        category: the bad type that the clause defines, for III.
        remedies: remedies that the clause names; `remedies_allowed` for a category.
        undefined: terms in it that nobody has defined.
    """

    id: str
    zh: str
    en: str
    kind: str | None = None
    category: str | None = None
    outcomes: tuple[str, ...] = ()
    target: dict[str, Any] | None = None
    catalogue: str | None = None
    remedies_allowed: tuple[str, ...] = ()
    remedies_note: str | None = None
    measure: str | None = None
    condition: dict[str, str] | None = None
    responsible: tuple[str, ...] = ()
    cadence: tuple[dict[str, str], ...] = ()
    number: int | None = None
    remedies: tuple[str, ...] = ()
    when: dict[str, Any] | None = None
    undefined: tuple[str, ...] = ()
    time_limits: tuple[dict[str, Any], ...] = ()
    focus_industries: tuple[str, ...] = ()
    trap: str | None = None
    data_sources: tuple[dict[str, str], ...] = ()
    status_note: str | None = None
    legal_note: str | None = None
    note: str | None = None


class Plan(Strict):
    """`policy/clauses.yml`."""

    document: Document
    remedies: dict[str, Remedy]
    agency_successors_2019_reform: Succession
    undefined_terms: tuple[str, ...]
    clauses: tuple[Clause, ...]


class Route(Strict):
    """A kind of next step."""

    id: str
    title: str


class RouteTable(Strict):
    """`policy/routes.yml`: routes from mild to hard, and the route of every remedy."""

    routes: tuple[Route, ...]
    remedies: dict[str, str]
    categories: dict[str, str]
    verify_measure: str = Field(min_length=1)


@dataclass(frozen=True)
class Policy:
    """The plan and the route table, held against each other."""

    plan: Plan
    table: RouteTable

    @property
    def clauses(self) -> dict[str, Clause]:
        """Clauses by id."""
        return {clause.id: clause for clause in self.plan.clauses}

    def route(self, remedy: str) -> str:
        """The route of a remedy."""
        return self.table.remedies[remedy]

    def order(self, route: str) -> int:
        """0 for the mildest route."""
        return [item.id for item in self.table.routes].index(route)


@cache
def load_policy(folder: Path = POLICY) -> Policy:
    """Reads the plan and the routes.

    Raises:
        RuleError: if one of the files is wrong, or a remedy has no route.
    """
    plan = strictyaml.load(folder / "clauses.yml", Plan, RuleError)
    path = folder / "routes.yml"
    table = strictyaml.load(path, RouteTable, RuleError)
    names = tuple(route.id for route in table.routes)
    missing = sorted(set(plan.remedies) ^ set(table.remedies))
    unknown = sorted(set(table.remedies.values()) - set(names))
    if names != ROUTES or missing or unknown:
        raise RuleError(
            f"routes and remedies do not fit: {', '.join(missing + unknown) or 'order of routes'}",
            where=str(path),
            mend="give every remedy of clauses.yml one of the seven routes",
        )
    return Policy(plan, table)


def clause_table(policy: Policy) -> pa.Table:
    """Table `clause`, grain clause: id, kind, category and its Chinese title, texts, department."""
    document = policy.plan.document
    rows = [
        {
            "clause": clause.id,
            "kind": clause.kind or "measure",
            "category": clause.category,
            "title": policy.table.categories.get(clause.category or ""),
            "text": clause.zh,
            "english": clause.en,
            "departments": list(clause.responsible),
            "remedies": [policy.plan.remedies[r].zh for r in (*clause.remedies, *clause.remedies_allowed)],
            "undefined_terms": list(clause.undefined),
            "document_no": document.no,
            "document_title": document.title,
            "issued_on": document.issued,
        }
        for clause in sorted(policy.plan.clauses, key=lambda c: c.id)
    ]
    names = pa.list_(pa.string())
    types = {"departments": names, "remedies": names, "undefined_terms": names}
    schema = pa.schema([(key, types.get(key, pa.string())) for key in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema)
