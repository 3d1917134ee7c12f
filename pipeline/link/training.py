"""Which linking model is in force, for the operator."""

from pipeline.link.model import THOUSANDTHS, shipped_model
from pipeline.settings import Settings


def train(_settings: Settings) -> str:
    """Says which model links the nights; this version links with the shipped one and pins no other.

    Args:
        _settings: of the place; the shipped model is the same everywhere.
    """
    model = shipped_model()
    lines = [
        f"linking model: shipped, version {model.version}; nothing was re-estimated",
        "field, level, bits",
    ]
    for name, comparison in model.comparisons.items():
        for level, one in comparison.levels.items():
            note = " at most, less for common values" if one.frequency else ""
            lines.append(f"{name}, {level}, {one.weight / THOUSANDTHS:+.1f}{note}")
    return "\n".join(lines)
