"""Returns of statistical surveys, by what the law has them bear on their heads.

统计法 forbids passing on what a survey asked of a single firm, or using it for anything but statistics. A
legal survey form names its maker and the number of its approval above its header (统计法实施条例, the marks
of a lawful form); departments' own monitoring does not.
"""

import re
import unicodedata
from collections.abc import Iterable

from pipeline.ingest.refusal import Refused

_MARKS = re.compile(r"国统[字制办函]|(?:制定|批准)机关:?\S{0,10}统计局|统计法.{0,30}(?:义务|拒报|虚报|瞒报)")
_BLANK = re.compile(r"\s+")


def refuse_survey(titles: Iterable[str]) -> None:
    """Refuses a file whose lines above the header are those of a statistical survey.

    Args:
        titles: cells that stand above the header.

    Raises:
        Refused: if one of the marks is among them.
    """
    told = _BLANK.sub("", unicodedata.normalize("NFKC", "".join(titles)))
    if _MARKS.search(told):
        raise Refused(
            "这是统计调查表，单个单位的统计资料不得用于统计以外的目的（统计法第二十五条），"
            "未读入；请改报本部门自有的运行监测数据"
        )
