"""What an address says behind the building: block, floor and rooms."""

import re
from functools import lru_cache

_NEAR = re.compile(r"(?:附近|旁边?|对面|隔壁|门口|路口|楼下|(?:[^路街]{0,3})?交汇处|侧)$")
_NEAR_ENDS = frozenset("近旁边面壁口下处侧")
_BLOCK = re.compile(
    r"([A-Z]?\d{1,4}[A-Z]?|[A-Z]|[东南西北中主附裙]|[㐀-鿿]{2}(?=阁|轩))(?:号楼|栋|幢|座|塔|阁|轩|号仓)"
)
_FLOOR = re.compile(r"(?:(负|地下|(?<!\d)-|B)?(\d{1,3})(?:[层楼]|F(?!\d))|(首|底|地下|夹|天台)[层楼]?)")
_ROOM_WORD = "(?:号铺|号档|号柜|号房|号商铺|单元|商铺|铺位|档口|[号房室铺档柜#])"
_ROOM = re.compile(
    rf"([A-Z]{{0,2}}-?\d{{1,5}}(?:-\d{{1,4}})*[A-Z]?\d{{0,2}}|(?<![A-Z])[A-Z](?=室|座|房|$)){_ROOM_WORD}?"
)
_ONE_ROOM = re.compile(rf"\|?([A-Z]{{0,2}}\d{{1,5}}){_ROOM_WORD}?")  # the whole of most texts
_UNIT = re.compile(r"\d+(?:期|单元(?=[A-Z\d]))")
_ROOM_SPLIT = re.compile(r"[、,.;和及与]|(?<=\d)至(?=\d)")
_NOT_DIGIT = re.compile(r"\D")


@lru_cache(maxsize=1 << 18)
def read_inside(rest: str) -> tuple[str, str, tuple[str, ...]]:
    """Block, floor and rooms of what is left of an address; the same few words behind many buildings."""
    if rest[-1:] in _NEAR_ENDS:
        rest = _NEAR.sub("", rest)
    block = _BLOCK.search(rest)
    inside = rest[: block.start()] + "|" + rest[block.end() :] if block else rest
    floor = _FLOOR.search(inside)
    behind = inside[floor.end() :] if floor else inside
    rooms = _rooms(behind)
    level = _floor_name(floor) if floor else _floor_of(rooms)
    units = tuple(sorted({_unit(room, level) for room in rooms}))
    return block.group(1) if block else "", level, units


def _unit(room: str, level: str) -> str:
    """A room's number without its floor's: 1516 and 16 on floor 15 are one room."""
    if room.isdigit() and level and room.startswith(level) and len(room) - len(level) in (2, 3):
        room = room[len(level) :]
    return room.lstrip("0") or "0" if room.isdigit() else room


def _floor_name(match: re.Match[str]) -> str:
    if match.group(3):
        return {"首": "1", "底": "1", "地下": "-1"}.get(match.group(3), match.group(3))
    return f"-{match.group(2)}" if match.group(1) else match.group(2)


def _floor_of(rooms: tuple[str, ...]) -> str:
    digits = _NOT_DIGIT.sub("", rooms[0].split("-")[0]) if rooms else ""
    return digits[:-2] if len(digits) in (3, 4) else ""


@lru_cache(maxsize=1 << 16)
def _rooms(text: str) -> tuple[str, ...]:
    if one := _ONE_ROOM.fullmatch(text):
        return (one.group(1).lstrip("0") or "0",)
    found: set[str] = set()
    for part in _ROOM_SPLIT.split(text):
        matches = list(_ROOM.finditer(_UNIT.sub("", part)))
        if matches:
            found.add(matches[-1].group(1).strip("-").lstrip("0") or "0")
    return tuple(sorted(found)[:4])
