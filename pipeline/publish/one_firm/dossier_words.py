"""The sentences of a dossier: how sure the identity is, what measures are, how to object."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.publish.forms.wording import NoticeLine
from pipeline.publish.one_firm.finding import Row

_OFFER = re.compile("引导|督促.*(登记|许可)|自愿|允许|指导|扶持")
_ORDER = re.compile("责令|依法|恢复原状|移送|淘汰|关停|关闭|停业|取缔|查处|重罚|处罚")
_NAMES_SHOWN = 3
_LONGEST_NAME = 30
UNREGISTERED = {
    "not_found": (
        "没有匹配到商事登记，不是“无证”：可能登记在外区、名称有异或数据未到。"
        "请先看执照；依法无须办照的，不得要求办照。"
    ),
    "valid_code_not_held": "所见证号有效，但本区登记数据里没有：可能登记在外区或数据未到。请先看执照。",
}
IN_DOUBT = (
    "本企业的等级有一部分靠“很可能”属于它的记录；不算这些记录，就不会在这一等级。"
    "上门先核对标“很可能”的记录是不是本企业的，核实前不采取其他措施。"
)
NO_EVIDENCE = "没有计分的依据，不等于没有问题：也可能是有关数据缺报、过期，或数据里未见本企业。"


@dataclass(frozen=True)
class Measures:
    """What may be offered, checked and ordered, each mild before hard."""

    offers: tuple[str, ...]
    checks: tuple[str, ...]
    orders: tuple[str, ...]


def measures(texts: Iterable[str]) -> Measures:
    """Measures as the rules word them, told apart: help, visits and checks, orders of a competent body."""
    offers: list[str] = []
    checks: list[str] = []
    orders: list[str] = []
    for text in texts:
        kind = offers if _OFFER.search(text) else orders if _ORDER.search(text) else checks
        kind.append(text)
    return Measures(tuple(offers), tuple(checks), tuple(orders))


def how_sure(links: Sequence[Row], waiting: Sequence[Row], titles: Mapping[str, str]) -> str:
    """How many records are the firm's, how surely, and what still waits for a person."""
    sure = sum(row["records"] for row in links if row["decision"] == "certain")
    probable = [row for row in links if row["decision"] == "probable"]
    unsure = sum(row["records"] for row in probable)
    extracts = len({row["extract"] for row in links})
    text = f"现行记录{sure + unsure}条，来自{extracts}种数据：确定是本企业的{sure}条"
    if probable:
        named = "、".join(f"{titles[row['extract']]}{row['records']}条" for row in probable)
        lowest = min(row["lowest"] for row in probable)
        text += f"，很可能是的{unsure}条（{named}；把握最低的{percent(lowest)}）"
    text += "。"
    if waiting:
        named = "、".join(f"{titles[row['extract']]}{row['records']}条" for row in waiting)
        text += f"另有{named}可能有关，待人工核对，未计分。"
    return text


def percent(probability: float) -> str:
    """A probability below one in whole per cent; never 100, which would read as certain."""
    return f"{min(int(probability * 100), 99)}%"


def called(names: Mapping[str, int]) -> str:
    """By which names the records know the firm, the commonest first."""
    ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    shown = "、".join(f"{name[:_LONGEST_NAME]}（{count}条）" for name, count in ordered[:_NAMES_SHOWN])
    more = len(ordered) - _NAMES_SHOWN
    return shown + (f"，另有{more}种写法" if more > 0 else "")


def objection(*, for_firm: bool) -> tuple[NoticeLine, ...]:
    """How to object: to whom, within what time, and what holds meanwhile."""
    with (Path(__file__).parent / "objection.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            NoticeLine(row["heading"], row["sentence"])
            for row in csv.DictReader(handle)
            if (row["for_firm"] == "yes") == for_firm
        )
