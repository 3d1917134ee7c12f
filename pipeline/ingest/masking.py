"""How much of a bad cell a department may be shown: enough to find it, nothing of a person."""

import re

from pipeline.declaration import PERSONAL_ROLES, Column

_DATE_LIKE = re.compile(r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?(?: [\d:]{4,8})?|-?\d{1,6}(?:\.\d{1,4})?")
_LONGEST = 20


def masked_value(text: str | None, column: Column) -> str | None:
    """A cell as a list of rejected rows may show it.

    Dates and short numbers stay readable; of anything else only the beginning stays, because a
    shifted row may have put a person's name or phone here.
    """
    if text is None:
        return None
    if column.role in PERSONAL_ROLES or column.show == "restricted":
        return "***"
    if column.type in ("date", "period", "number") and _DATE_LIKE.fullmatch(text):
        return text
    shown = min(len(text), _LONGEST)
    kept = 1 if shown < 4 else shown // 3
    return text[:kept] + "*" * (shown - kept)
