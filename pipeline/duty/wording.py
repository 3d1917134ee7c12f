"""The Chinese of the duty room: a status for a terminal of 80 columns, the same summary as Markdown."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone

from pipeline.duty.facts import Shown, Supply, Wait
from pipeline.duty.runlog import Run
from pipeline.duty.status import Status

WIDTH = 80
SHANGHAI = timezone(timedelta(hours=8))
_STATES = {"fresh": "正常", "stale": "过期", "missing": "缺报", "refused": "有退回"}
_PLANS = {
    "none": "没有安排（early-warning schedule 没有启动）",
    "dead": "定时服务没有应答（见下）",
}
_GIGABYTE = 1024**3


def render(status: Status) -> str:
    """A status as lines of at most 80 columns."""
    return "\n".join(_lines(status))


def markdown(night: Shown) -> str:
    """A published night as Markdown."""
    head = "已发布，没有需要人处理的事项。" if not night.attention else "已发布，有事项需要人处理。"
    lines = [f"## {night.as_of} 的夜间运行", "", head, "", f"- 批次：`{night.run_id}`"]
    if night.started_at and night.finished_at:
        lines.append(
            f"- 结束：{clock(night.finished_at)}，用时 {_length(night.finished_at - night.started_at)}"
        )
    lines += [f"- 需要处理：{_escaped(sentence)}" for sentence in night.attention]
    lines += [f"- {wait.what}：{_figure(wait)}" for wait in night.waits if wait.number]
    return "\n".join(lines) + "\n"


def markdown_of_failure(run: Run) -> str:
    """A failed run as Markdown."""
    return (
        f"## {run.as_of} 的夜间运行失败\n\n{_escaped(run.sentence or '')}\n\n"
        f"- 批次：`{run.run_id or '尚未产生'}`\n- 此前发布的结果仍然有效\n"
    )


def table(night: Shown) -> list[dict[str, str]]:
    """The supply as a table: one row an extract."""
    return [
        {
            "数据": item.title,
            "最新日期": _day(item.newest),
            "距今/期限（天）": _age(item),
            "状态": _state(item),
        }
        for item in night.supply
    ]


def clock(moment: datetime) -> str:
    """A moment as clocks in Shenzhen show it."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _lines(status: Status) -> Iterator[str]:
    yield from _run(status)
    yield from _next(status)
    yield from _pieces(status)
    if status.wants:
        yield ""
        yield f"需要人处理（{len(status.wants)} 件）"
        for number, sentence in enumerate(status.wants, start=1):
            yield from wrapped(sentence, f"{number:>3}. ")
    if status.shown and status.shown.supply:
        yield ""
        yield from _supply(status.shown.supply)
        yield ""
        yield from _waits(status.shown.waits)
    yield ""
    yield from _disk(status)


def _run(status: Status) -> Iterator[str]:
    last = status.last
    if last is None:
        yield "上次运行  没有记录"
    else:
        yield from wrapped(_verdict(last, len(status.wants)), "上次运行  ")
        yield f"          数据日期 {last.as_of}    批次 {last.run_id or '尚未产生'}"
        took = f"    用时 {_length(last.ended_at - last.started_at)}" if last.ended_at else ""
        ended = f"    结束 {clock(last.ended_at)}" if last.ended_at else ""
        yield f"          开始 {clock(last.started_at)}{ended}{took}"
        if last.sentence:
            yield from wrapped(f"原因：{last.sentence}", " " * 10)
    night = status.shown
    if night and (last is None or last.run_id != night.run_id):
        yield f"在用结果  数据日期 {night.as_of}    批次 {night.run_id}"
    if status.running:
        since = clock(status.running.started_at)
        yield f"现在      正在运行（数据日期 {status.running.as_of}，自 {since} 起）"
    elif status.is_held:
        yield "现在      正在重新估计匹配模型，或运行刚刚开始"
    else:
        yield "现在      没有在运行"
    if status.holder:
        since = clock(status.holder.since)
        yield f"          由进程 {status.holder.pid} 占用（主机 {status.holder.host[:20]}，自 {since} 起）"


def _verdict(last: Run, wants: int) -> str:
    if last.state == "published":
        return f"良好，但有 {wants} 件事需要人处理（见下）" if wants else "良好，没有需要人处理的事项"
    if last.state == "failed":
        return "失败。此前发布的结果仍然有效"
    return "中途中断（进程被终止或断电）。此前发布的结果仍然有效；重新运行即可，残留会自动清理"


def _next(status: Status) -> Iterator[str]:
    plan = status.plan
    if plan.state == "up":
        when = clock(plan.next_at) if plan.next_at else "尚未排定"
        yield f"下次运行  {when}（北京时间，cron {plan.cron}）"
    else:
        yield f"下次运行  {_PLANS[plan.state]}"
    if status.arrived is not None:
        yield f"收件夹    上次运行开始之后到达 {status.arrived} 个文件"


def _pieces(status: Status) -> Iterator[str]:
    night = status.shown
    if night is None:
        return
    if night.is_one:
        yield "一致性    清单与数据仓库出自同一批次"
        return
    yield "一致性    不一致"
    yield f"          应为 {night.run_id}"
    yield f"          清单 {night.lists_run_id or '没有'}"
    yield f"          仓库 {night.warehouse_run_id or '没有'}"


def _supply(supply: Sequence[Supply]) -> Iterator[str]:
    wanted = sum(item.is_wanted for item in supply)
    yield f"报送情况（{len(supply)} 类，需要处理 {wanted} 类，行首有 !）"
    yield "  " + _columns("数据", "最新日期", "距今/期限（天）", "状态")
    for item in supply:
        mark = "! " if item.is_wanted else "  "
        yield mark + _columns(item.title, _day(item.newest), _age(item), _state(item))


def _columns(title: str, newest: str, age: str, state: str) -> str:
    return f"{_padded(title, 34)}  {_padded(newest, 10)}  {_padded(age, 15)}  {state}"


def _waits(waits: Sequence[Wait]) -> Iterator[str]:
    yield "待办"
    for wait in waits:
        yield f"  {_padded(wait.what, 34)}  {_figure(wait)}"


def _figure(wait: Wait) -> str:
    since = f"，最早 {wait.oldest}" if wait.oldest and wait.number else ""
    return f"{wait.number} {wait.unit}{since}"


def _disk(status: Status) -> Iterator[str]:
    disk = status.disk
    free, total = disk.free / _GIGABYTE, disk.total / _GIGABYTE
    yield f"磁盘      剩余 {free:.1f} GB，共 {total:.1f} GB；存档 {disk.archive / 1024**2:.1f} MB"


def _state(item: Supply) -> str:
    if not item.is_wanted and item.states == ("missing",):
        return "未报（可不报）"
    return "、".join(_STATES[state] for state in item.states)


def _age(item: Supply) -> str:
    return "" if item.age_days is None else f"{item.age_days}/{item.limit_days}"


def _day(day: date | None) -> str:
    return str(day or "")


def _length(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


def _escaped(sentence: str) -> str:
    """A sentence in which nothing acts as Markdown or HTML."""
    return "".join(f"\\{c}" if c in "\\`*_[]#|" else {"<": "&lt;", "&": "&amp;"}.get(c, c) for c in sentence)


def wrapped(sentence: str, head: str) -> Iterator[str]:
    """A sentence over lines of at most 80 columns, the later ones under the first."""
    line, used = head, width(head)
    for word in _words(sentence):
        if used + width(word) > WIDTH and line.strip():
            yield line.rstrip()
            line, used = " " * width(head), width(head)
        line, used = line + word, used + width(word)
    yield line.rstrip()


def _words(sentence: str) -> Iterator[str]:
    """Pieces between which a line may end: each wide character, and runs of others up to a blank."""
    word = ""
    for character in sentence:
        if width(character) == 2 or character == " " or width(word) >= WIDTH // 2:
            if word:
                yield word
            word = ""
        if width(character) == 2 or character == " ":
            yield character
        else:
            word += character
    if word:
        yield word


def _padded(text: str, columns: int) -> str:
    """A text cut or filled to a number of columns."""
    if width(text) > columns:
        while width(text) > columns - 2:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def width(text: str) -> int:
    """Columns of a terminal that a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
