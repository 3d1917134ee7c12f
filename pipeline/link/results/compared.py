"""What decided each link that rests on comparisons, kept as few distinct patterns and one number a record."""

import numpy as np
import pyarrow as pa

from pipeline.link.columns.parties import Parties
from pipeline.link.decisions.standing import Resolution
from pipeline.link.explaining.waterfalls import patterns, prior
from pipeline.link.model import Model
from pipeline.link.results.outcome import Linked


def compared_tables(
    parties: Parties, linked: Linked, found: Resolution, ids: pa.StringArray, model: Model
) -> tuple[pa.Table, pa.Table]:
    """`compared_record` (current record, enterprise, probability, pattern) and `comparison_pattern`.

    A record whose unit was linked by another of its profiles has the comparisons of that one: they decided.

    Args:
        parties: tonight's rows.
        linked: the outcome row by row.
        found: the outcome unit by unit.
        ids: enterprise ids.
        model: for the words of the levels.
    """
    unit_of = np.full(parties.count, -1, dtype=np.int64)
    unit_of[found.units.profiles] = found.units.unit
    unit = unit_of[parties.profile]
    current = ~parties.table["superseded"].to_numpy(zero_copy_only=False).astype(bool)
    held = np.flatnonzero((linked.row_entity >= 0) & (unit >= 0) & current)
    at = held[found.partner[unit[held]] >= 0]
    of_compared, told = patterns(linked.scored, model, prior(found.compared_with, model), silent=False)
    of_unit = np.zeros(found.units.count, dtype=np.int64)
    of_unit[linked.compared] = of_compared
    records = pa.table(
        {
            "record_id": parties.table["record_id"].take(pa.array(at)),
            "enterprise_id": ids.take(pa.array(linked.row_entity[at])),
            "probability": pa.array(linked.probability[at]),
            "pattern": pa.array(of_unit[unit[at]]),
        }
    )
    return records, pa.table({"pattern": pa.array(np.arange(len(told))), "comparisons": told})
