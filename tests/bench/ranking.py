"""How good the ranking is, and how early: `python -m tests.bench.ranking [--district DIR] [--firms N]`.

With `--district` a given inbox and its truth are judged; else a district is made, and seen month by month.
"""

import argparse
import tempfile
from datetime import date
from pathlib import Path

from pipeline import district
from pipeline.settings import PROJECT_ROOT
from tests.ranking import first_raised, ingested, month_ends, ranked, true_links

AS_OF = date(2017, 3, 31)


def told(folder: Path, given: Path, as_of: date) -> str:
    """A night on a district, and the same night with the truth's links."""
    night = ingested(folder / "place", given / "inbox", as_of)
    try:
        ranked(night)
        found = district.evaluate(night.database, given / "truth")
        with true_links(given / "truth"):
            ranked(night)
        ideal = district.evaluate(night.database, given / "truth")
    finally:
        night.discard()
    ours, best = found.ranking.average_precision, ideal.ranking.average_precision
    return (
        f"{district.render(found)}\n\nWith the truth's links average precision is {best:.4f}: "
        f"matching still costs {best - ours:.4f}; of a street's first ten {ideal.first_ten} are low-end, "
        f"of its first fifty {ideal.first_fifty}"
    )


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--district", type=Path, help="a folder with inbox/ and truth/")
    parser.add_argument("--firms", type=int, default=3000, help="size of the district that is made")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    parser.add_argument("--months", type=int, default=12, help="nights at month ends; 0 for none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.district:
            print(told(folder, options.district, options.as_of))
            return
        district.generate(options.firms, options.seed, options.as_of, folder, PROJECT_ROOT / "sources")
        print(told(folder, folder, options.as_of), flush=True)
        if options.months:
            days = month_ends(options.as_of, options.months)
            first = first_raised(folder / "months", options.firms, options.seed, days)
            print(district.lead(first, folder / "months" / "truth"))


if __name__ == "__main__":
    main()
