"""What speaks against a pair, and against a claim of a shop on a firm."""

import numpy as np
import pytest

from pipeline.link.decisions.deciding import denied_by_fields, leans_on_name, speaks_against
from pipeline.link.model import shipped_model
from tests.link.by_hand import CODES, NEAR, PERSONS, compared, ints

YES, NO = np.array([True]), np.array([False])


def denied(is_sign: bool = True, **levels: str) -> bool:
    return bool(denied_by_fields(compared(levels), shipped_model(), YES if is_sign else NO)[0])


def test_a_sign_elsewhere_with_another_operator_or_no_licence_is_another_shops() -> None:
    for more in ({"person": "differs"}, {"licence": "none_seen"}):
        assert denied(place="differs", **more)
        assert not denied(is_sign=False, place="differs", **more)
        assert not denied(**more)
        assert not denied(place="same_area", **more)
        assert not denied(place="differs", phone="exact", **more)
        assert not any(denied(place="differs", code=code, **more) for code in CODES)
    assert not denied(place="differs")
    assert not any(denied(place="differs", licence="none_seen", person=person) for person in PERSONS)


def leans(**levels: str) -> bool:
    return bool(leans_on_name(compared(levels), shipped_model())[0])


def test_a_pair_leans_on_its_name_where_nothing_else_tells_a_firm() -> None:
    assert leans(trade_name="exact") and leans(trade_name="differs")
    assert not leans()
    assert leans(trade_name="exact", industry="exact", place="differs", person="differs", phone="differs")
    assert not any(leans(trade_name="exact", person=person) for person in PERSONS)
    assert not leans(trade_name="exact", phone="exact")
    assert not any(leans(trade_name="exact", code=code) for code in CODES)
    assert not any(leans(trade_name="exact", place=place) for place in (*NEAR, "other_room"))
    assert leans(trade_name="exact", place="same_road") and leans(trade_name="exact", code="damaged_differs")


@pytest.mark.parametrize(
    ("levels", "against"),
    [
        ({"trade_name": "exact", "person": "differs"}, True),
        ({"trade_name": "exact", "licence": "none_seen"}, True),
        ({"licence": "none_seen"}, True),
        ({"trade_name": "exact"}, False),
        ({"trade_name": "exact", "person": "differs", "place": "same_number"}, False),
        ({"person": "differs", "place": "same_number"}, True),
        ({"licence": "none_seen", "person": "exact"}, False),
        ({"licence": "none_seen", "person": "homophone"}, False),
        ({"licence": "none_seen", "phone": "exact"}, True),
    ],
    ids=str,
)
def test_what_speaks_against_a_claim(levels: dict[str, str], against: bool) -> None:
    assert speaks_against(compared(levels), shipped_model(), ints(0), 1).tolist() == [against]


def test_each_claim_is_judged_by_its_own_rows() -> None:
    other = {"trade_name": "exact", "person": "differs"}
    found = speaks_against(
        compared(other, other, {"phone": "exact", "trade_name": "exact"}), shipped_model(), ints(2, 0, 0), 3
    )
    assert found.tolist() == [False, False, True]
