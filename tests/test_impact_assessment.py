"""docs/dpia.md is what the declarations say."""

from pipeline import impact_assessment
from pipeline.declaration import load_sources
from pipeline.settings import PROJECT_ROOT

SOURCES = load_sources(PROJECT_ROOT / "sources")


def test_the_document_is_current() -> None:
    told = impact_assessment.DOCUMENT.read_text(encoding="utf-8")
    assert told == impact_assessment.document(SOURCES), "run `make dpia`"
    assert "{{" not in told


def test_every_personal_column_and_every_term_is_in_it() -> None:
    told = impact_assessment.document(SOURCES)
    for source in SOURCES.values():
        _, _, section = told.partition(f"### {source.title}（{source.extract}）")
        section = section.split("\n### ")[0].split("\n## ")[0]
        for name, column in source.columns.items():
            is_personal = column.role in ("person", "phone") or column.show == "restricted"
            assert is_personal <= (f"| {column.headers[0]} | `{name}` |" in section)
        assert f"| {source.title} | {source.retention_years}年 | {source.retention_reason} |" in told


def test_another_term_makes_another_document() -> None:
    tax = SOURCES["tax"].model_copy(update={"retention_years": 7})
    assert impact_assessment.document({**SOURCES, "tax": tax}) != impact_assessment.document(SOURCES)
