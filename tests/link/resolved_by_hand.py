"""Small nights of rows given by hand, resolved without a database, and firms and shops to put in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms, found_firms
from pipeline.link.columns.ordering import Ints, distinct_pairs
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.decisions.deciding import DECISIONS
from pipeline.link.decisions.ledger import Ledger
from pipeline.link.decisions.resolving import Resolver
from pipeline.link.decisions.standing import Resolution, Views
from pipeline.link.engines.local import LocalEngine
from pipeline.link.judgement.judging import Judged, Target, nothing_judged
from pipeline.link.model import shipped_model
from pipeline.link.pairs.pieces import Pieces
from pipeline.link.results.outcome import Linked, assemble
from tests.link.by_hand import read

DAY = date(2017, 3, 1)
A, B = "91440300MA9XXXX034", "92440300MA9XXXX11U"
NOT_HELD = "93440300MA9XXXX2XG"
FIRM = {
    "extract": "registry", "record_id": "f0", "uscc": A, "name": "深圳市鑫泰五金有限公司", "person": "陈小明",
    "address": "深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室",
}  # fmt: skip
SHOP_FIRM = {
    "extract": "registry", "record_id": "f1", "uscc": B, "name": "罗湖区恒兴服装店", "person": "李秀兰",
    "phone": "13612345670", "address": "深圳市罗湖区湖贝村12巷3号一楼",
}  # fmt: skip
SHOP = {"sign": "阿美发廊", "person": "吴阿美", "address": "罗湖区翠竹街道田贝四路63号2栋首层"}
BARE = {"party": "赵大勇", "address": "罗湖区爱国路口"}
STRANGER = {
    "uscc": A,
    "name": "深圳市永盛餐饮管理有限公司",
    "person": "周大海",
    "address": "罗湖区布吉路88号",
}


@dataclass(frozen=True)
class Night:
    """What became of some rows; registry rows come first and are a profile each."""

    parties: Parties
    facets: Facets
    words: Vocabularies
    firms: Firms
    resolver: Resolver
    found: Resolution
    judged: Judged
    ledger: Ledger

    def outcome(self) -> list[tuple[str, int]]:
        """Decision and entity of each row outside the registry."""
        unit = self.found.units.unit
        return [(DECISIONS[self.found.decision[one]], int(self.found.entity[one])) for one in unit.tolist()]

    def linked(self) -> Linked:
        return assemble(
            self.parties, self.facets, self.words, self.firms, self.found, self.resolver, self.judged
        )


def founds_by_name(of: Facets) -> Callable[[Ints], Ints]:
    named = ((of.name.trade > 0) | (of.sign.trade > 0)) & (of.bare == 0)
    return lambda profiles: named[profiles].astype(np.int64)


def night(*rows: Mapping[str, Any], judged: Judged | None = None) -> Night:
    # Profiles have the order of the rows here.
    of, f, words = read(*rows)
    is_registry = np.array([name == "registry" for name in of.table["extract"].to_pylist()])
    at = np.flatnonzero(is_registry)
    firms = found_firms(at, of.profile[at], at, f, len(words.code))
    views = Views(*distinct_pairs(of.profile[at], firms.of_row))
    ledger, share = Ledger(), np.full(len(f), 0.9)
    resolver = Resolver(f, words, Pieces(words), firms, views, shipped_model(), share, ledger, LocalEngine())
    others = np.unique(of.profile[~is_registry])
    said = judged or nothing_judged()
    return Night(
        of, f, words, firms, resolver, resolver.resolve(others, founds_by_name(f), said), said, ledger
    )


def target(firm: int = -1, anchors: tuple[int, ...] = ()) -> Target:
    return Target("E", "E", firm, anchors, -1)
