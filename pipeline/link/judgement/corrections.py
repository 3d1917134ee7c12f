"""`correction`: every judgement that was given, whether it holds, and what it changed; never who gave it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.link.identification.before import Before
from pipeline.link.judgement.judgements import IN_FORCE, REPLACED, Aliases, Given, Judgement
from pipeline.night import Attention, record_attention

SQL = Path(__file__).parent / "sql"

SCHEMA = pa.schema(
    [
        ("correction_id", pa.string()),
        ("kind", pa.string()),
        ("record_id", pa.string()),
        ("enterprise_id", pa.string()),
        ("given_on", pa.date32()),
        ("reason", pa.string()),
        ("withdrawn_on", pa.date32()),
        ("is_in_force", pa.bool_()),
        ("is_applied", pa.bool_()),
        ("effect", pa.string()),
    ]
)


@dataclass(frozen=True)
class Tonight:
    """What tonight's outcome says of the judged records.

    Attributes:
        now: enterprise of each record that came, None for none.
        before: the same on the earlier day.
        earlier_aliases: enterprise ids that were others on the earlier day.
        aliases: enterprise ids that are others since tonight or longer.
        founding: records that stand in the registry, which are their own firms.
        present: enterprises that are there.
    """

    now: Mapping[str, str | None]
    before: Mapping[str, str]
    earlier_aliases: Mapping[str, str]
    aliases: Mapping[str, str]
    founding: frozenset[str]
    present: frozenset[str]

    def target(self, said: Judgement) -> str:
        """The judged enterprise as it is called now."""
        return self.aliases.get(said.enterprise_id, said.enterprise_id)

    def was_target(self, said: Judgement) -> bool:
        """Whether the record had the judged enterprise on the earlier day."""
        then = self.earlier_aliases.get(said.enterprise_id, said.enterprise_id)
        return self.before.get(said.record_id) == then


def write(
    con: duckdb.DuckDBPyConnection, given: list[Given], aliases: Aliases, earlier: Before, registry: str
) -> None:
    """Writes `correction` after `record_link` and `enterprise`, and tells of judgements without effect.

    Args:
        con: the night's database.
        given: all judgements.
        aliases: old enterprise ids and what they are since tonight.
        earlier: the enterprise of each record on the earlier day.
        registry: the extract whose rows are their own firms.
    """
    judged = sorted({one.judgement.record_id for one in given})
    rows = con.execute((SQL / "judged_record.sql").read_text(encoding="utf-8"), {"judged": judged}).fetchall()
    present = con.execute("SELECT enterprise_id FROM enterprise ORDER BY enterprise_id").fetchall()
    tonight = Tonight(
        now={record: name for record, _, name in rows},
        before=earlier.held_by(judged),
        earlier_aliases={old: target for old, (target, _) in earlier.aliases.items()},
        aliases={old: target for old, (target, _) in aliases.items()},
        founding=frozenset(record for record, extract, _ in rows if extract == registry),
        present=frozenset(name for (name,) in present),
    )
    table = correction_table(given, tonight)
    db.write_arrow(con, "correction", table)
    record_attention(con, attention(table))


def correction_table(given: Iterable[Given], tonight: Tonight) -> pa.Table:
    """One row per judgement, by correction_id."""
    seen: dict[str, int] = {}
    rows = []
    for one in given:
        said = one.judgement
        key = "|".join((said.record_id, said.enterprise_id, said.verdict, said.when))
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest()
        rows.append(
            {
                "correction_id": "C" + digest[:14].upper(),
                "kind": said.verdict,
                "record_id": said.record_id,
                "enterprise_id": tonight.target(said),
                "given_on": said.day,
                "reason": said.why,
                "withdrawn_on": one.until if one.state != IN_FORCE else None,
                "is_in_force": one.state == IN_FORCE,
                "is_applied": one.state == IN_FORCE and _unapplied(said, tonight) is None,
                "effect": _effect(one, tonight),
            }
        )
    return pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["correction_id"])), schema=SCHEMA)


def attention(table: pa.Table) -> list[Attention]:
    """One sentence where judgements in force applied to nothing."""
    lost = [
        row["correction_id"]
        for row in table.select(["correction_id", "is_in_force", "is_applied"]).to_pylist()
        if row["is_in_force"] and not row["is_applied"]
    ]
    if not lost:
        return []
    some = "、".join(lost[:3]) + ("等" if len(lost) > 3 else "")
    return [
        Attention(
            "judgement",
            "corrections",
            f"{len(lost)}条人工认定本期未能适用（更正编号{some}），原因见数据仓库 correction",
        )
    ]


def _effect(one: Given, tonight: Tonight) -> str:
    said = one.judgement
    now = tonight.now.get(said.record_id)
    stands = f"现归{now}" if now else "现未归入任何主体"
    if one.state == REPLACED:
        return f"已由后来的认定替代，{stands}"
    if one.state != IN_FORCE:
        return f"已撤回，{stands}"
    missed = _unapplied(said, tonight)
    if missed:
        return missed
    before = tonight.before.get(said.record_id)
    if said.verdict == "unsure":
        return f"核对后仍无法判断，{stands}"
    if said.verdict == "same":
        return "维持归入该主体" if tonight.was_target(said) else _joined(before)
    return f"已从该主体移出，{stands}" if tonight.was_target(said) else f"不归入该主体，{stands}"


def _joined(before: str | None) -> str:
    return f"由{before}改归该主体" if before else "归入该主体，此前未归入任何主体"


def _unapplied(said: Judgement, tonight: Tonight) -> str | None:
    """Why a judgement in force applied to nothing, None where it did."""
    if said.record_id not in tonight.now:
        return "未适用：本期没有这条记录（内容可能已更正）"
    if said.record_id in tonight.founding and said.verdict != "unsure":
        return "未适用：登记信息自身的记录就是该主体，不能改归"
    target = tonight.target(said)
    inside = tonight.now[said.record_id] == target
    if said.verdict == "same" and not inside:
        return "未适用：本期没有该主体" if target not in tonight.present else "未适用：与另一认定不一致"
    if said.verdict == "different" and inside:
        return "未适用：该主体本期只有被认定的记录，或与另一认定不一致"
    return None
