"""Short forms among full names: the firm that is meant comes first."""

from dataclasses import fields
from itertools import cycle, product

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.normalising import collect, take_names
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.vocabulary import NAME_WORDS, NameFacets, Vocabularies
from pipeline.link.model import shipped_model
from pipeline.link.pairs.comparing import Comparator, Scored, frequencies

PLACES = ("深圳市", "深圳市罗湖区", "佛山", "中国", "广东", "江西")
TRADES = tuple(a + b for a, b in product("鑫江华样", "源泰达昌铭冠"))
BUSINESSES = (
    ("银行", "银行股份有限公司"),
    ("造纸", "造纸有限公司"),
    ("电子", "电子科技有限公司"),
    ("物业", "物业管理有限公司"),
    ("交通", "交通运输集团有限公司"),
)
FIRMS = tuple(
    (trade + short, place + trade + full)
    for place, (trade, (short, full)) in zip(cycle(PLACES), product(TRADES, BUSINESSES), strict=False)
)
SHORT, FULL = (tuple(firm[side] for firm in FIRMS) for side in (0, 1))


def names_of(texts: tuple[str, ...], words: Vocabularies) -> tuple[dict[str, Ints], dict[str, Ints]]:
    return collect([take_names(list(texts))], words)


def facets_of(taken: tuple[dict[str, Ints], dict[str, Ints]], words: Vocabularies) -> Facets:
    """Profiles of which nothing but the name is known."""
    columns, flags = taken
    size = len(flags["formal"])
    name = NameFacets(
        sound=words.sounds()[columns["trade"]],
        **{part: columns[part] for part in NAME_WORDS},
        **{flag: flags[flag] for flag in ("formal", "known", "person")},
    )
    nothing = {one.name: np.zeros(size, dtype=np.int64) for one in fields(Facets)}
    blank = NameFacets(**{one.name: np.zeros(size, dtype=np.int64) for one in fields(NameFacets)})
    return Facets(**{**nothing, "name": name, "sign": blank})


def compare(short: tuple[str, ...], full: tuple[str, ...]) -> Scored:
    """Every short name with every full name, row by row."""
    words = Vocabularies()
    taken = [names_of(texts, words) for texts in (short, full)]
    left, right = (facets_of(one, words) for one in taken)
    comparator = Comparator(
        shipped_model(), words, frequencies(right, np.arange(len(full), dtype=np.int64), words, 1)
    )
    pairs = np.indices((len(short), len(full)))
    return comparator.score(left.take(pairs[0].ravel()), right.take(pairs[1].ravel()))


def test_the_firm_that_a_short_name_means_comes_first() -> None:
    total = compare(SHORT, FULL).total.reshape(len(SHORT), len(FULL))
    own = np.diag(total).copy()
    np.fill_diagonal(total, np.iinfo(np.int64).min)
    assert len(set(FULL)) == len(FULL) == len(SHORT)
    assert np.mean(own > total.max(axis=1)) >= 0.97


@pytest.mark.parametrize(
    ("short", "full", "level"),
    [
        ("华样泰", "深圳市华样泰化工有限公司", "alike"),
        ("华样泰", "深圳市华样泰十八街有限公司", "alike"),
        ("华样泰", "深圳市华样昌化工有限公司", None),
        ("华样泰", "深圳市样泰化工有限公司", None),
    ],
)
def test_what_may_be_a_person_agrees_with_a_whole_trade_name_only(
    short: str, full: str, level: str | None
) -> None:
    [found] = compare((short,), (full,)).levels["trade_name"]
    assert found == (shipped_model().comparisons["trade_name"].code(level) if level else 0)


def test_a_short_form_of_a_company_is_of_its_class() -> None:
    [found] = compare(("鑫源股份",), ("深圳市鑫源电子股份有限公司",)).levels["form"]
    assert found == shipped_model().comparisons["form"].code("same_class")
