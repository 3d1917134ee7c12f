"""How sure a share is that few cases speak for."""

from math import sqrt

_Z = 1.96


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % Wilson interval of a share.

    Args:
        hits: cases that count, 0 to `total`.
        total: all cases, at least one.

    Returns:
        Lower and upper end, 0 to 1; the share itself always lies between.
    """
    share = hits / total
    middle = share + _Z * _Z / (2 * total)
    spread = _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    whole = 1 + _Z * _Z / total
    return max(0.0, min(share, (middle - spread) / whole)), min(1.0, max(share, (middle + spread) / whole))
