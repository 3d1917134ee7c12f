"""What happens in the month: planted changes on their nights, and each night's corrections and new rows."""

from collections.abc import Callable

import numpy as np

from pipeline.district import codes
from tests.month import APPENDS, CHANGED, NEW, Month, Row

Event = Callable[[Month, int], None]


def new_code(serial: int, kind: str = "91") -> str:
    """A unified code that no firm of the district has."""
    organisation = codes.organisation_codes(np.array([f"MA9YY{serial:03d}"], dtype="<U8"))
    return str(codes.credit_codes(np.array([f"{kind}440303"], dtype="<U8"), organisation)[0])


def is_company(month: Month, whose: str) -> bool:
    """Whether a firm stands in the registry once, in operation, as a company with a code."""
    rows = month.rows_of(whose, "registry")
    return (
        len(rows) == 1
        and rows[0].cells["name"].endswith("有限公司")
        and bool(rows[0].cells["uscc"])
        and rows[0].cells["status"] in ("存续", "")
    )


def is_shop(month: Month, whose: str) -> bool:
    """Whether a firm is known by one row of the grid alone, with sign, operator and phone."""
    rows = month.rows_of(whose)
    return (
        len(rows) == 1
        and rows[0] in month.tables["grid"]
        and not rows[0].cells["licence_no"]
        and all(rows[0].cells[name] for name in ("sign_name", "operator", "phone"))
    )


def stands_alone(month: Month, whose: str) -> bool:
    """Whether a firm is known by one row of the registry alone, with a code and a legal representative."""
    rows = month.rows_of(whose)
    return (
        len(rows) == 1
        and rows[0] in month.tables["registry"]
        and bool(rows[0].cells["uscc"])
        and bool(rows[0].cells["legal_rep"])
    )


def rename(month: Month, night: int) -> None:
    """A company takes another name; its former name is on record."""
    whose = month.pick(night, lambda firm: is_company(month, firm))
    [row] = month.rows_of(whose, "registry")
    row.cells["former_names"] = row.cells["name"]
    row.cells["name"] = f"深圳市{month.coined()}商贸有限公司"
    month.plant(night, whose, "renamed", "registry")


def move(month: Month, night: int) -> None:
    """A company moves: the registry says where to, and the grid sees it there and no longer here."""
    whose = month.pick(night, lambda firm: is_company(month, firm) and bool(month.rows_of(firm, "grid")))
    [row] = month.rows_of(whose, "registry")
    row.cells["address"] = f"深圳市罗湖区文锦北路{3000 + night}号兴隆大厦{night + 10}01室"
    for seen in month.rows_of(whose, "grid"):
        seen.cells |= {"address": f"文锦北路{3000 + night}号兴隆大厦{night + 10}01室", "house_code": ""}
    month.plant(night, whose, "moved", "registry")


def unify(month: Month, night: int, *, number_stays: bool) -> None:
    """A firm's old registration number is replaced by a unified code."""
    whose = month.pick(night, lambda firm: is_old(month, firm))
    [row] = month.rows_of(whose, "registry")
    row.cells["uscc"] = new_code(100 + night)
    month.renumbered.add(whose)
    if not number_stays:
        row.cells["registration_no"] = ""


def is_old(month: Month, whose: str) -> bool:
    """Whether a firm stands in the registry alone, with an old number and no unified code."""
    rows = month.rows_of(whose)
    return (
        len(rows) == 1
        and rows[0] in month.tables["registry"]
        and bool(rows[0].cells["registration_no"])
        and bool(rows[0].cells["legal_rep"])
        and not rows[0].cells["uscc"]
    )


def make_old(month: Month, count: int) -> None:
    """Takes the unified codes of some firms, of whom only the registry knows: they still have old numbers."""
    fits = sorted(
        row.whose
        for row in month.tables["registry"]
        if stands_alone(month, row.whose) and row.cells["registration_no"]
    )
    assert len(fits) >= count, len(fits)
    for whose in fits[:count]:
        month.rows_of(whose)[0].cells["uscc"] = ""


def register(month: Month, night: int) -> None:
    """A shop from no registry is registered."""
    whose = month.pick(night, lambda firm: is_shop(month, firm))
    [shop] = month.rows_of(whose)
    cells = {
        "uscc": new_code(200 + night, "92"),
        "name": f"罗湖区{shop.cells['sign_name']}",
        "legal_rep": shop.cells["operator"],
        "address": f"深圳市罗湖区{shop.cells['address'].removeprefix('罗湖区')}",
        "entity_type": "个体工商户",
        "status": "存续",
        "phone": shop.cells["phone"],
    }
    month.tables["registry"].append(Row(whose, cells))
    month.registered.add(whose)


def open_shop(month: Month, night: int) -> None:
    """A shop opens in the grid of another one; where a street sends nothing that night, in that street."""
    whose, rows = f"X-shop{night}", month.tables["grid"]
    unseen = [row for row in rows if not month.is_sent(night, "grid", row.cells["street"])]
    beside = month.dice.choice(unseen or rows)
    where = {name: beside.cells[name] for name in ("grid_no", "street", "community")}
    shop = {
        "address": f"罗湖区太宁路{6000 + night}号首层",
        "sign_name": f"{month.coined()}便利店",
        "operator": f"{month.dice.choice('赵钱孙李周吴郑王')}{month.dice.choice(('海棠', '秋实', '春生'))}",
        "phone": f"138{month.dice.randrange(10**8):08d}",
    }
    month.tables["grid"].append(Row(whose, {**dict.fromkeys(beside.cells, ""), **where, **shop}))
    month.touched[whose] = night
    month.plant(night, whose, "created", "grid")


def change_sign(month: Month, night: int) -> None:
    """A shop from no registry changes its sign; operator, phone and place stay."""
    whose = month.pick(night, lambda firm: is_shop(month, firm))
    _hang_sign(month, night, whose)


def _hang_sign(month: Month, night: int, whose: str) -> None:
    month.rows_of(whose)[0].cells["sign_name"] = f"{month.coined()}小吃店"
    month.plant(night, whose, "renamed", "grid")


def move_shop(month: Month, night: int) -> None:
    """A shop from no registry moves within its street; sign, operator and phone stay."""
    whose = month.pick(night, lambda firm: is_shop(month, firm))
    month.rows_of(whose)[0].cells |= {"address": f"罗湖区爱国路{4000 + night}号首层", "house_code": ""}
    month.plant(night, whose, "moved", "grid")


def insure_unknown(month: Month, night: int) -> None:
    """A code that the registry lacks has insured people; nobody knows where they work."""
    whose, name = f"X-insured{night}", f"深圳市{month.coined()}文化传播有限公司"
    cells = {"uscc": new_code(300 + night), "name": name, "month": "2017-03"}
    month.append("employment", Row(whose, {"social_insurance_no": f"9988776{night:02d}", **cells}))
    month.insured.append(whose)
    month.plant(night, whose, "created", "employment")


def found_one(month: Month, night: int) -> None:
    """A shop turns out to be what is insured under a code: the grid now reads the licence on the wall."""
    whose = month.insured.pop(0)
    shop = month.pick(night, lambda firm: is_shop(month, firm))
    month.rows_of(shop)[0].cells["licence_no"] = month.rows_of(whose)[0].cells["uscc"]
    month.joined.append((shop, whose))
    month.plant(night, whose, "merged", "grid", told_of=shop)


def part_again(month: Month, night: int) -> None:
    """The licence on the wall was another's: the grid takes it back, and the two are two again."""
    shop, whose = month.joined.pop(0)
    month.rows_of(shop, "grid")[0].cells["licence_no"] = ""
    month.touched[shop] = night
    month.plant(night, whose, "split", "grid", told_of=shop)


def vanish(month: Month, night: int) -> None:
    """A shop from no registry is gone: the street's file holds it no more."""
    whose = month.pick(night, lambda firm: is_shop(month, firm))
    month.plant(night, whose, "closed", "grid")
    month.tables["grid"] = [row for row in month.tables["grid"] if row.whose != whose]


def strike_off(month: Month, night: int) -> None:
    """A firm that the registry alone knows is struck off: the registry holds it no more."""
    whose = month.pick(night, lambda firm: stands_alone(month, firm))
    month.plant(night, whose, "closed", "registry")
    month.tables["registry"] = [row for row in month.tables["registry"] if row.whose != whose]


def establish(month: Month, night: int) -> None:
    """A new firm is registered; its first tax return follows."""
    whose, name = f"X-new{night}", f"深圳市{month.coined()}环保科技有限公司"
    place = {"address": f"深圳市罗湖区梨园路{5000 + night}号", "legal_rep": "钱守成"}
    cells = {"uscc": new_code(400 + night), "name": name, "status": "存续", **place}
    month.tables["registry"].append(Row(whose, cells))
    month.append(
        "tax", Row(whose, {"name": name, "tax_office": "罗湖区国家税务局", "period": "2017Q1", **place})
    )
    month.plant(night, whose, "created", "registry")


def unify_beside(month: Month, night: int) -> None:
    """A firm gets a unified code; its old number is still told."""
    unify(month, night, number_stays=True)


def unify_instead(month: Month, night: int) -> None:
    """A firm gets a unified code; its old number is told no more."""
    unify(month, night, number_stays=False)


EVENTS: dict[int, tuple[Event, ...]] = {
    1: (rename, establish, open_shop),
    2: (insure_unknown, move),
    3: (change_sign,),
    4: (unify_beside, strike_off, open_shop),
    5: (register, vanish),
    6: (move_shop, open_shop),
    7: (rename,),
    8: (register, open_shop),
    9: (change_sign, unify_instead),
    10: (insure_unknown,),
    11: (open_shop,),
    12: (move, establish),
    13: (open_shop,),
    14: (unify_instead, change_sign, found_one),
    15: (vanish, rename),
    16: (move, open_shop),
    17: (register, strike_off),
    18: (move_shop, establish),
    19: (found_one,),
    20: (rename, unify_beside, open_shop),
    21: (open_shop, change_sign),
    22: (move, strike_off),
    23: (part_again,),
    24: (vanish, open_shop),
    25: (establish, move_shop),
    26: (rename, unify_beside),
    27: (move, open_shop),
    28: (register,),
    29: (unify_instead, strike_off),
}


def live(month: Month, night: int) -> None:
    """One night's changes: what is planted, and the corrections and new rows of every day."""
    for event in EVENTS.get(night, ()):
        event(month, night)
    rows = [row for extract in ("registry", "grid") for row in month.tables[extract]]
    for row in month.dice.sample(rows, max(1, round(len(rows) * CHANGED))):
        _correct(month, row)
    for _ in range(max(1, round(sum(map(len, month.tables.values())) * NEW))):
        _another(month, night)


def _correct(month: Month, row: Row) -> None:
    """A clerk corrects a cell: a phone, a person, how an address is written."""
    column = month.dice.choice(
        [name for name in ("phone", "legal_rep", "operator", "address") if row.cells.get(name)]
    )
    text = row.cells[column]
    if column == "phone":
        row.cells[column] = f"139{month.dice.randrange(10**8):08d}"
    elif column == "address":
        row.cells[column] = text.removeprefix("深圳市") if text.startswith("深圳市") else f"深圳市{text}"
    else:
        row.cells[column] = text[0] + month.dice.choice(("志强", "丽华", "建国", "晓梅"))


def _another(month: Month, night: int) -> None:
    """A department writes another row of a firm that it knows."""
    extract = month.dice.choice(APPENDS)
    like = month.dice.choice(month.tables[extract])
    number = len(month.tables[extract])
    key = {
        "tax": {"period": "2017Q2"},
        "employment": {"month": f"2017-{4 + night % 9:02d}"},
        "labour_cases": {"case_no": f"罗劳监案字[2017]第{9000 + number}号"},
        "street_cases": {"case_no": f"罗城管案字[2017]第{9000 + number}号"},
    }
    month.append(extract, Row(like.whose, like.cells | key[extract]))
