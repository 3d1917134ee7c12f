"""`source_<extract>`: what analysts may see of an extract's current rows, from its declaration alone."""

from pipeline.declaration import Column, Source
from pipeline.publish.database.inputs import quoted


def select_source(source: Source) -> str:
    """The SELECT that makes `source_<extract>`; grain: current row of the extract.

    Inputs are `stg_<extract>` and `record_link` in the catalog `built`; `$extract` is bound where
    its rows belong to enterprises. Persons, phones and restricted
    columns are left out, amounts come as bands, names that may be a person's are null.
    """
    linked = source.identifies
    owned = [
        "s.record_id",
        *(
            ["l.enterprise_id", "l.decision AS link_decision", "l.probability AS link_probability"]
            if linked
            else []
        ),
        "s.extract",
        "s.file",
        "s.row",
        "s.extract_date",
    ]
    shown = [f"{_shown(column, 's.' + quoted(name))} AS {quoted(name)}" for name, column in columns(source)]
    join = "LEFT JOIN built.record_link l ON l.extract = $extract AND l.file = s.file AND l.row = s.row"
    return (
        f"SELECT {', '.join([*owned, *shown, *_period(source)])} "
        f"FROM built.{quoted('stg_' + source.extract)} s {join if linked else ''} "
        "WHERE NOT s.superseded ORDER BY s.extract, s.file, s.row"
    )


def columns(source: Source) -> list[tuple[str, Column]]:
    """The declared columns that analysts see, with their declarations."""
    return [(name, column) for name, column in source.columns.items() if column.show != "restricted"]


def _period(source: Source) -> list[str]:
    for name, column in source.columns.items():
        if column.type == "period":
            start, end = quoted(f"{name}_start"), quoted(f"{name}_end")
            said = [] if "basis" in source.columns else ["s.basis"]
            return [f"s.{start} AS period_start", f"s.{end} AS period_end", *said, "s.amounts_from"]
    return []


def _shown(column: Column, cell: str) -> str:
    if column.show == "band":
        return f"band({cell})"
    if column.list:
        return f"list_transform({cell}, lambda value: without_phone(value))"
    if column.role == "name_or_person":
        return f"shown_party({cell})"
    if column.role == "name":
        return f"shown_name({cell})"
    if column.role == "sign_name":
        return f"shown_sign({cell})"
    if column.type == "text":
        return f"without_phone({cell})"
    return cell
