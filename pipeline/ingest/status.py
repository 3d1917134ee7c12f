"""The state of supply: one row per file and extract, and the sentences that want a person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.declaration import Source
from pipeline.ingest.checks import Check
from pipeline.ingest.entries import EXPIRED
from pipeline.ingest.find import find_files, shown_name
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.records import WHOLE_EXTRACT
from pipeline.night import Attention

_COUNTED = ("rows", "accepted", "rejected", "not_data", "nulled_cells")
_NOTHING = dict.fromkeys((*_COUNTED, "superseded"), 0)


def status_rows(
    source: Source, files: Sequence[LoadedFile], superseded: Mapping[str, int], as_of: date
) -> list[dict[str, Any]]:
    """The rows of `extract_status` for the files that the night has seen or used."""
    stale = _stale_senders(source, files, as_of)
    return [_file_row(source, item, superseded, stale, as_of) for item in files]


def missing_row(source: Source) -> dict[str, Any]:
    """The row of an extract of which neither inbox nor archive holds a file."""
    return {
        "extract": source.extract,
        "state": "missing",
        "reason": f"收件夹和存档中都没有文件，请{source.department}报送",
        "withdrawn": False,
        **_NOTHING,
    }


def missing_senders(source: Source, files: Iterable[LoadedFile]) -> list[dict[str, Any]]:
    """A row for each expected sender of whom no usable file ever came, if others sent."""
    seen = {sender for item in files if item.is_used for sender in item.senders}
    if not seen:
        return []
    return [
        missing_row(source) | {"sender": sender, "reason": f"从未收到{sender}的文件，请其报送"}
        for sender in source.senders
        if sender not in seen
    ]


def unforeseen_row(source: Source) -> dict[str, Any]:
    """The row of an extract that could not be worked through."""
    return {
        "extract": source.extract,
        "state": "refused",
        "reason": "该数据未能处理完毕，请系统管理员查看运行日志",
        "withdrawn": False,
        **_NOTHING,
    }


def inbox_rows(source: Source, files: Iterable[LoadedFile]) -> list[dict[str, Any]]:
    """The rows of `inbox_file`."""
    return [
        {
            "extract": source.extract,
            "sender": _sender(item),
            "file": item.name,
            "sha256": item.sha256,
            "extract_date": item.extract_date,
            "bytes": item.size,
            "state": "refused" if item.refusal else "archived" if item.archived else "accepted",
            "reason": item.refusal,
            **item.facts,
        }
        for item in files
    ]


def check_rows(source: Source, checks: Iterable[Check]) -> list[dict[str, Any]]:
    """The rows of `check_result`."""
    return [
        {
            "extract": source.extract,
            "file": check.file,
            "metric": check.expectation.metric,
            "column": check.expectation.column,
            "observed": None if check.observed is None else round(check.observed, 6),
            "min": None if check.expectation.min is None else float(check.expectation.min),
            "max": None if check.expectation.max is None else float(check.expectation.max),
            "blocking": check.expectation.blocking,
            "passed": check.passed,
            "why": check.expectation.why,
        }
        for check in checks
    ]


def attention(
    status: Iterable[Mapping[str, Any]], checks: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]
) -> list[Attention]:
    """What of the supply wants a person: refused, missing, stale, and checks that do not hold."""
    items = []
    told: set[tuple[str, str]] = set()
    absent: dict[str, list[str]] = {}
    refused = set()
    for row in status:
        source = sources[row["extract"]]
        if row["state"] == "refused":
            refused.add((row["extract"], row["file"]))
        if row["state"] == "missing" and row["sender"]:
            absent.setdefault(row["extract"], []).append(row["sender"])
            continue
        is_known = row["withdrawn"] or (row["state"] == "missing" and source.optional)
        if row["state"] == "fresh" or is_known:
            continue
        once = (row["extract"], row["sender"] or "")
        if row["state"] == "stale" and once in told:
            continue
        told |= {once} if row["state"] == "stale" else set()
        items.append(Attention(row["state"], row["extract"], _sentence(source, row)))
    for extract, senders in absent.items():
        where = f"{sources[extract].title}（{extract}）"
        items.append(Attention("absent", extract, f"{where}从未收到{'、'.join(senders)}的文件，请其报送。"))
    for row in checks:
        # A blocking failure either refused its file or was accepted by an operator; both are told elsewhere.
        if not (row["passed"] or row["blocking"]) and (row["extract"], row["file"]) not in refused:
            items.append(Attention("check", row["extract"], _check_sentence(sources[row["extract"]], row)))
    return items


def unknown_folders(inbox: Path, as_of: date, sources: Mapping[str, Source]) -> list[Attention]:
    """Folders of the inbox with files in them that no source declares."""
    folders = sorted(inbox.iterdir()) if inbox.is_dir() else []
    return [
        Attention(
            "unknown_folder",
            shown_name(folder.name),
            f"收件夹中的 {shown_name(folder.name)} 不是已登记的数据来源，"
            "其中的文件没有读取，请改放到对应的文件夹。",
        )
        for folder in folders
        if folder.is_dir()
        and folder.name not in sources
        and find_files(folder, as_of)
        and not folder.name.startswith(".")
    ]


def _sentence(source: Source, row: Mapping[str, Any]) -> str:
    where = f"{source.title}（{source.extract}）"
    if row["state"] == "refused" and row["reason"].startswith(EXPIRED):
        return f"{where}文件 {row['file']}：{row['reason']}。"
    if row["state"] == "refused" and row["file"]:
        return f"{where}文件 {row['file']} 被退回：{row['reason']}。"
    sender = f"{row['sender']}：" if row["sender"] else ""
    return f"{where}{sender}{row['reason']}。"


def _check_sentence(source: Source, row: Mapping[str, Any]) -> str:
    limits = (("不低于", row["min"]), ("不高于", row["max"]))
    bounds = [f"{word}{limit:g}" for word, limit in limits if limit is not None]
    figure = f"{row['metric']}为{row['observed']:g}，应{'且'.join(bounds)}"
    where = f"{source.title}（{source.extract}）文件 {row['file']}"
    return f"{where} {row['why']}（{figure}），请{source.department}核对。"


def _stale_senders(source: Source, files: Sequence[LoadedFile], as_of: date) -> set[str]:
    """Senders whose newest file is older than the source's cadence allows."""
    newest: dict[str, date] = {}
    for item in files:
        if item.is_used and item.extract_date:
            for sender in item.senders:
                newest[sender] = max(newest.get(sender, date.min), item.extract_date)
    limit = source.stale_after_days
    return {sender for sender, day in newest.items() if source.age_days(day, as_of) > limit}


def _file_row(
    source: Source, item: LoadedFile, superseded: Mapping[str, int], stale: set[str], as_of: date
) -> dict[str, Any]:
    age = source.age_days(item.extract_date, as_of) if item.extract_date else None
    row: dict[str, Any] = {
        "extract": source.extract,
        "sender": _sender(item),
        "file": item.name,
        "sha256": item.sha256,
        "extract_date": item.extract_date,
        "age_days": age,
        "withdrawn": item.withdrawn,
        **_NOTHING,
    }
    row |= {name: getattr(item, name) for name in _COUNTED}
    if item.refusal:
        return row | {"state": "refused", "reason": item.refusal}
    is_stale = bool(stale.intersection(item.senders))
    row["superseded"] = superseded.get(item.name, 0)
    return row | {"state": "stale" if is_stale else "fresh", "reason": _reason(source, item, is_stale, age)}


def _reason(source: Source, item: LoadedFile, is_stale: bool, age: int | None) -> str | None:
    notes = list(item.remarks)
    if item.stands_in:
        notes.append("收件夹中没有更新的可用文件，沿用存档")
    if is_stale:
        notes.append(
            f"最新数据截至{item.extract_date}，距今{age}天，超过{source.stale_after_days}天，请{source.department}报送新数据"
        )
    if item.facts.get("unknown_columns"):
        notes.append(f"未识别的列：{item.facts['unknown_columns']}")
    return "；".join(notes) or None


def _sender(item: LoadedFile) -> str | None:
    return "、".join(name for name in item.senders if name != WHOLE_EXTRACT) or None
