"""Made-up tables of the industry catalogue, and how tests take them in."""

from datetime import date
from pathlib import Path
from typing import Any

from pipeline.score.catalogue import store

Place = Any  # the fixture of conftest.py
AS_OF = date(2017, 3, 31)
FIRST = date(2016, 12, 31)
HEADER = "类别,条目编号,内容,行业代码（2011）,工艺关键词,产品关键词,设备关键词,排除词,限期"
BAGS = "限制,R1,塑料袋生产线,,,塑料袋,吹膜机,可降解,"
SPRAY = "限制,R2,溶剂型喷漆,,喷漆；烤漆,,,水性,2016-12-31"
PLATING = "禁止,P1,含电镀工序的加工,33,电镀；酸洗,,,无氰电镀,"
BOILER = "淘汰,E1,燃煤锅炉,,,,燃煤锅炉,,2017年3月底"


def table_file(folder: Path, *lines: str, name: str = "catalogue.csv", encoding: str = "utf-8-sig") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join((HEADER, *(lines or (BAGS, SPRAY, PLATING, BOILER)))).encode(encoding))
    return path


def take(restricted: Path, file: Path, **changes: Any) -> Any:
    values = {
        "edition": "2016",
        "valid_from": None,
        "valid_to": None,
        "who": "某科",
        "imported_at": "2017-03-01",
    }
    return store.add(restricted, file, **{**values, **changes})


def loaded(place: Place, tmp_path: Path, *lines: str, **changes: Any) -> Place:
    take(place.night.settings.restricted, table_file(tmp_path, *lines), **changes)
    return place
