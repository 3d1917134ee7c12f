"""A dossier as a page: the inspector's, and the one that the firm itself may have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from pipeline.declaration import Source
from pipeline.publish.forms import wording
from pipeline.publish.forms.lines import department_names, short_title
from pipeline.publish.forms.page import render
from pipeline.publish.one_firm import dossier_words
from pipeline.publish.one_firm.dossier_records import known
from pipeline.publish.one_firm.finding import Row, rows_of

# So much fits two sides also where every text is as long as it may be.
EVIDENCE_SHOWN = 7
EVIDENCE_WITH_ROOM = 4
NIGHTS_SHOWN = 8
DOCUMENTS_SHOWN = 5
CERTAIN = 0.999
_BAR_STEP, _BAR_WIDTH, _BAR_FULL = 88, 34, 46
_ORGANISATION = ("公司", "集团", "厂内", "店内", "经营部", "个体")


@dataclass(frozen=True)
class Night:
    """The night that a dossier is of."""

    run_id: str
    as_of: date


@dataclass(frozen=True)
class Bar:
    """One night of the history, as drawn: whole units of the drawing."""

    as_of: date
    score: Decimal
    tier: str
    x: int
    height: int


def inspector_page(
    con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], night: Night, enterprise_id: str
) -> str:
    """The page for the visit. A random check shows no score and no reasons, as on the list."""
    firm = rows_of(con, "dossier_enterprise", enterprise_id=enterprise_id)[0]
    drawn = firm["kind"] == "random"
    evidence = [] if drawn else rows_of(con, "dossier_evidence", enterprise_id=enterprise_id)
    history = [] if drawn else rows_of(con, "dossier_history", enterprise_id=enterprise_id)
    titles = {name: short_title(source) for name, source in sources.items()}
    links = rows_of(con, "dossier_link", enterprise_id=enterprise_id)
    knowledge = known(con, sources, enterprise_id, for_firm=False)
    documents = rows_of(con, "dossier_document", enterprise_id=enterprise_id)
    return render(
        "dossier",
        firm=firm,
        night=night,
        drawn=drawn,
        standing=wording.word(_words(sources, "registry", "status"), firm["status"]),
        sure=dossier_words.how_sure(
            links, rows_of(con, "dossier_waiting", enterprise_id=enterprise_id), titles
        ),
        called=dossier_words.called(knowledge.names),
        evidence=_findings(evidence),
        rest=evidence[EVIDENCE_SHOWN:],
        rest_points=sum((row["points"] for row in evidence[EVIDENCE_SHOWN:]), Decimal(0)),
        categories=_categories(con),
        departments=department_names(sources),
        titles=titles,
        told=knowledge.told,
        documents=documents[:DOCUMENTS_SHOWN],
        more_documents=max(len(documents) - DOCUMENTS_SHOWN, 0),
        good=_good(con, sources, enterprise_id),
        outcomes=_outcomes(con, enterprise_id),
        measures=dossier_words.measures([] if drawn else firm["measures"] or []),
        bars=_bars(history) if len(history) > 1 else [],
        history=history,
        objection=dossier_words.objection(for_firm=False),
        sentences=dossier_words,
        answers=list(_words(sources, "street_returns", "result").values()),
    )


def firm_page(
    con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], night: Night, enterprise_id: str
) -> str:
    """The page that a firm may have: its own surely linked facts and their sources, and how to object."""
    firm = rows_of(con, "dossier_enterprise", enterprise_id=enterprise_id)[0]
    knowledge = known(con, sources, enterprise_id, for_firm=True)
    return render(
        "dossier_firm",
        enterprise_id=enterprise_id,
        night=night,
        name=_own_name(firm, knowledge.names),
        address=_own_address(con, firm, knowledge.addresses),
        told=knowledge.told,
        objection=dossier_words.objection(for_firm=True),
    )


def _findings(evidence: Sequence[Row]) -> list[Row]:
    """The heaviest findings, with how each can be wrong: at length where there are few."""
    wrongs = 2 if len(evidence) <= EVIDENCE_WITH_ROOM else 1
    return [
        row | {"wrong": row["false_positives"][:wrongs], "certain": row["probability"] >= CERTAIN}
        for row in evidence[:EVIDENCE_SHOWN]
    ]


def _words(sources: Mapping[str, Source], extract: str, column: str) -> dict[str, str]:
    """The department's own word for each value of an enum."""
    return {key: said[0] for key, said in sources[extract].columns[column].values.items()}


def _categories(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {row["category"]: row["title"] for row in rows_of(con, "dossier_category")}


def _outcomes(con: duckdb.DuckDBPyConnection, enterprise_id: str) -> dict[str, int]:
    """How many rules had each outcome for the firm; all three are there."""
    found = {
        row["outcome"]: row["rules"] for row in rows_of(con, "dossier_outcome", enterprise_id=enterprise_id)
    }
    return {outcome: found.get(outcome, 0) for outcome in ("hit", "clear", "not_evaluated")}


def _good(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], enterprise_id: str) -> list[str]:
    """What speaks for the firm, and what its street office answered to earlier lines."""
    words = _words(sources, "street_returns", "result")
    texts = [row["text"] for row in rows_of(con, "dossier_favourable", enterprise_id=enterprise_id)]
    answers = [
        f"{row['as_of']}清单：{row['checked_on']}街道核查，结果“{wording.word(words, row['result'])}”"
        for row in rows_of(con, "dossier_answer", enterprise_id=enterprise_id)
    ]
    return [*texts, *answers[:3]]


def _bars(history: Sequence[Row]) -> list[Bar]:
    return [
        Bar(
            row["as_of"],
            row["score"],
            row["tier"],
            place * _BAR_STEP + (_BAR_STEP - _BAR_WIDTH) // 2,
            max(int(row["score"] * _BAR_FULL / 100), 1),
        )
        for place, row in enumerate(history[-NIGHTS_SHOWN:])
    ]


def _own_name(firm: Row, names: Mapping[str, int]) -> str | None:
    """The firm's name where a row that is surely its own bears it; a probable row's name may be another's."""
    name: str = firm["name"]
    return name if name in names else None


def _own_address(con: duckdb.DuckDBPyConnection, firm: Row, addresses: Sequence[str]) -> str | None:
    """An address of a row that is surely the firm's, and that names no other firm."""
    for address in addresses:
        found: list[Any] = rows_of(
            con, "dossier_other_name", enterprise_id=firm["enterprise_id"], text=address
        )
        if not found and not any(word in address for word in _ORGANISATION):
            return address
    return None
