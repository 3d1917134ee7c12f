"""The harness that tells what matching costs the ranking, and how early firms are raised."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import district
from tests.conftest import AS_OF
from tests.ranking import first_raised, ingested, month_ends, ranked, true_links


def test_with_the_links_of_the_truth_every_link_is_right(district_made: Path, tmp_path: Path) -> None:
    night = ingested(tmp_path, district_made / "inbox", AS_OF)
    truth = district_made / "truth"
    ranked(night)
    ours = district.evaluate(night.database, truth)
    with true_links(truth):
        ranked(night)
    ideal = district.evaluate(night.database, truth)
    night.discard()
    assert ours.overall.f1 < 1
    assert ideal.overall.f1 == 1
    assert ideal.registry_shared == 0
    for kin in ideal.strangers:
        assert (kin.given, kin.made_pairs, kin.right_pairs) == (0, kin.true_pairs, kin.true_pairs)
    assert ideal.ranking.average_precision > ours.ranking.average_precision - 0.02


def test_a_night_on_an_earlier_day_raises_firms_before_their_event(tmp_path: Path) -> None:
    days = month_ends(AS_OF, 12)
    assert (days[0], days[-1], len(days)) == (date(2016, 4, 30), AS_OF, 12)
    first = first_raised(tmp_path, 120, 72, [days[5], days[-1]])
    assert set(first.values()) == {days[5], days[-1]}
    found = district.lead(first, tmp_path / "truth")
    assert found.days[0] < 0 < found.days[-1]


def test_lead_by_hand(tmp_path: Path) -> None:
    entities = [
        ("A", True, ["unsafe"], date(2017, 3, 1)),
        ("B", True, ["labour", "unsafe"], date(2016, 12, 1)),
        ("C", True, ["labour"], date(2016, 11, 1)),
        ("D", True, ["labour"], date(2016, 11, 1)),
        ("E", False, [], None),
    ]
    names = ("entity_id", "low_end", "reasons", "event_on")
    columns = dict(zip(names, map(list, zip(*entities, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "entities.parquet")
    first = {"A": date(2017, 1, 31), "B": date(2016, 12, 31), "C": date(2016, 4, 30), "E": date(2016, 4, 30)}
    found = district.lead(first, tmp_path)
    # A 29 days before, B 30 days after, C 185 days before; D never, E is not low-end.
    assert (found.events, found.days) == (4, (-30, 29, 185))
    assert (found.median, found.median_of_all) == (29, -30)
    assert found.by_reason == (("labour", 2, 77.5), ("unsafe", 2, -0.5))
    assert "3 of 4 low-end firms were raised" in str(found)


def test_lead_of_nobody(tmp_path: Path) -> None:
    table = pa.table({"entity_id": ["A"], "low_end": [True], "reasons": [["unsafe"]], "event_on": [AS_OF]})
    pq.write_table(table, tmp_path / "entities.parquet")
    assert (district.lead({}, tmp_path).median, district.lead({}, tmp_path).median_of_all) == (None, None)
