"""The weight of one finding, whole hundredths of a point; as sql/weighed_finding.sql has it."""


def fade(age_days: int, half_life_days: int) -> int:
    """What is left of evidence of an age, in thousandths: half after each half-life."""
    return int(1000 * 0.5 ** (age_days / half_life_days) + 0.5)


def weight(points: int, age_days: int, half_life_days: int, percent: int, probability: int) -> int:
    """Points × fading × what still counts × probability, rounded half up.

    Args:
        points: whole points of the rule.
        age_days: days from the finding to as-of.
        half_life_days: of the rule.
        percent: 100, or what a mended finding still counts.
        probability: of the links that it rests on, in millionths.

    Returns:
        Whole hundredths of a point.
    """
    whole = 1000 * 100 * 1_000_000
    return (points * 100 * fade(age_days, half_life_days) * percent * probability + whole // 2) // whole
