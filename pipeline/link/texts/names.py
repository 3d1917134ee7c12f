"""Parts of a firm's name: place, trade name (字号), industry, organisation form, branch.

`深圳市鑫泰五金有限公司罗湖分公司`: place 深圳市, trade name 鑫泰, industry 五金, form 有限公司, branch
罗湖分公司.
Shop signs and sole proprietors' names go the same way. A name of which nothing but industry words
is left has its whole core as trade name, so that there is always something to compare.
"""

import re
from functools import cache
from typing import NamedTuple

from pipeline.link.texts.folding import fold
from pipeline.link.texts.lexicon import lexicon, longest_first
from pipeline.link.texts.persons import surname_length
from pipeline.link.texts.regions import region_of, strip_place, without_place_behind
from pipeline.link.texts.trades import split_form, split_industry, word_ends
from pipeline.reference import communities


class NameParts(NamedTuple):
    """What a name consists of; every part folded, empty where there is none.

    Attributes:
        full: trade name, industry and form, without place and branch.
        trade: trade name.
        has_trade: False where the trade name is only the core for want of a better one.
        industry: words of industry behind the trade name.
        form: organisation form as written, 有限责任公司 as 有限公司.
        form_class: company, partnership, factory, shop …; empty without a form.
        branch: what stands behind the parent's name, without place words of the city.
        person: the name is a bare personal name.
        owner: a personal name that stood in brackets beside the name.
        city: city that the name begins with or has in brackets, without 市.
        district: district or county of it.
    """

    full: str
    trade: str
    has_trade: bool
    industry: str
    form: str
    form_class: str
    branch: str
    person: bool
    owner: str
    city: str = ""
    district: str = ""

    @property
    def formal(self) -> bool:
        """Whether it is a registered company's full name rather than a sign or a short form."""
        return self.form_class in ("company", "partnership", "cooperative")


EMPTY = NameParts("", "", False, "", "", "", "", False, "")

_NOTES = re.compile(
    r"\((?:个体工商户|个体户?|有限合伙|普通合伙|特殊普通合伙|个人独资(?:企业)?|自然人独资|一人有限责任公司|筹|已注销|注销|吊销|停业|原[^()]*|曾用名[^()]*"
    r"|法定代表人|法人|负责人|经营者|业主|店主|店长|经理|老板娘?|当事人|身份证[^()]*)\)"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_BRANCH_NOTE = re.compile(r".*(店|厂|部|分公司|站|馆|处)$")
_LISTED = re.compile(r"^(?:\*?S?\*?ST|PT)(?=[㐀-鿿])")
_LISTED_STARTS = ("*", "S", "P")
_JUNK = ",.;:、。*#·-"
_SOLE = re.compile(r"^(?:个体工商户|个体经营者?|个体户?):?")
_SHUFFLED_FORM = re.compile(r"[有限公司]{4}")
_FORM_LETTERS = frozenset("有限公司")
_OFFICE = re.compile(r"^(.{2,}?)驻(.*(?:办事处|代表处|联络处|办))$")
_HOUSE_BRANCH = re.compile(
    r"^(.{2,}?银行)(.+(?:[分支]行|分理处|储蓄所|营业部))$"
    r"|^(.{2,}?(?:[厂院]|集团|LIMITED|LTD\.?))(深圳.*(?:办事处|代表处|联络处|分[公厂院部].*))$"
)
_BRANCH_PLACE = re.compile(
    r"^(?:驻?(?:广东省?)?深圳市?(?:经济特区)?|驻深|市)+|第(?=[一二三四五六七八九十\d])"
)
_BRANCH_KINDS = ("分公司", "分店", "分厂", "分部", "营业部", "门市部", "店")
_BRANCH_KIND = re.compile(f"(?:{'|'.join(_BRANCH_KINDS)})$")
_PERSON = re.compile(r"^[㐀-鿿]{2,4}$|^[㐀-鿿]{1,6}(?:·[㐀-鿿]{1,8})+$")
_ALONE = re.compile(r"无字号|未起字号|无名称?|无招牌|无店名|未命名|^无$|^个体(?:工商户|户|经营者?)?$")


@cache
def _bracket_place() -> re.Pattern[str]:
    words = lexicon()
    named = longest_first(tuple(words.provinces) + tuple(words.cities) + words.local_places + words.countries)
    return re.compile(f"^(?:(?:{named})(?:省|市|区|自治区|特别行政区)?)+$|^集团$|^控股$")


def parse_name(text: str | None, sign: bool = False) -> NameParts:
    """Takes a name apart; None or a filler gives empty parts.

    A text that looks like a bare personal name is one (`person`), and is its own trade name too, for a
    shop's short name can look like one; a sign is never a person.
    """
    name = _without_notes(fold(text or "")).strip(_JUNK)
    name = _with_ordered_form(_LISTED.sub("", name) if name[:1] in _LISTED_STARTS else name)
    if not name or (_may_be_alone(name) and _ALONE.search(name)):
        owner = _named_beside(name)
        return EMPTY._replace(full=owner, trade=owner, person=True) if owner else EMPTY
    name = _proprietor(name)
    name, branch, owner, inside = _open_brackets(name)
    if not sign and is_person(name):
        return EMPTY._replace(full=name, trade=name, person=True)
    name, behind = _split_branch(name)
    return _parse_head(name, _plain_branch(behind or branch), owner, inside)


def _without_notes(name: str) -> str:
    return _NOTES.sub("", name) if "(" in name else name


def _named_beside(name: str) -> str:
    """The person in brackets beside a name that says there is none: 无字号(张三)."""
    inside = _BRACKET.search(name)
    return inside.group(1) if inside and is_person(inside.group(1)) else ""


def _proprietor(name: str) -> str:
    """个体户张三 is a person's name; any other name stays as it is."""
    if not name.startswith("个体"):
        return name
    bare = _SOLE.sub("", name)
    return bare if bare != name and is_person(bare) else name


def _may_be_alone(name: str) -> bool:
    return "无" in name or "未" in name or name.startswith("个体")


def _with_ordered_form(name: str) -> str:
    """The name with its form put right; most have one 限, within 有限公司 and beside nothing of it."""
    at = name.find("限")
    if at < 0:
        return name
    is_right = name[max(at - 1, 0) : at + 3] == "有限公司" and name.find("限", at + 1) < 0
    if is_right and _FORM_LETTERS.isdisjoint(name[max(at - 2, 0) : at - 1] + name[at + 3 : at + 4]):
        return name
    return _SHUFFLED_FORM.sub(_ordered_form, name)


def _ordered_form(found: re.Match[str]) -> str:
    """有限司公 is a slip for 有限公司."""
    return "有限公司" if set(found.group()) == set("有限公司") else found.group()


def _parse_head(name: str, branch: str, owner: str, inside: str) -> NameParts:
    rest = strip_place(name)
    city, district = region_of(name[: len(name) - len(rest)] or inside)
    core, form = split_form(rest)
    trade, industry = split_industry(core)
    trade = without_place_behind(trade)
    form = form.replace("有限责任公司", "有限公司")
    words = lexicon()
    form_class = words.form_class.get(form, "")
    has_trade = bool(trade) and trade not in words.places
    has_trade &= not (city == "深圳" and trade in words.local_towns)
    return NameParts(
        core + form,
        trade or core,
        has_trade,
        industry,
        form,
        form_class,
        branch,
        False,
        owner,
        city,
        district,
    )


def _open_brackets(name: str) -> tuple[str, str, str, str]:
    """Name without brackets; the branch, the owner and the place that stood in them."""
    branch = owner = place = ""
    if "(" not in name and ")" not in name:
        return name, "", "", ""
    while match := _BRACKET.search(name):
        inside, outside = match.group(1), name[: match.start()] + name[match.end() :]
        keep = ""
        if _bracket_place().match(inside) or not inside:
            place = place or inside
        elif is_person(inside):
            owner = inside
        elif is_person(outside):
            owner, outside = outside, inside
        elif match.end() == len(name) and _BRANCH_NOTE.match(inside):
            branch = inside
        elif match.end() != len(name) and match.start() != 0:
            keep = inside
        name = name[: match.start()] + keep + name[match.end() :] if keep else outside
    return name.replace("(", "").replace(")", ""), branch, owner, place


def _split_branch(name: str) -> tuple[str, str]:
    if "驻" in name and (match := _OFFICE.match(name)):
        return match.group(1), match.group(2)
    company = name.find("公司", 2) + 2
    if 2 < company < len(name):
        return name[:company], name[company:]
    if ("银行" in name or "深圳" in name) and (match := _HOUSE_BRANCH.match(name)):
        return match.group(1) or match.group(3), match.group(2) or match.group(4)
    if name.endswith(_BRANCH_KINDS) and (match := _short_branch().match(name)):
        return match.group(1), match.group(2)
    return name, ""


@cache
def _short_branch() -> re.Pattern[str]:
    """A branch behind a parent's short name: 达旺翠竹分公司, 信隆明第三十二分公司, 顺通速递北站店."""
    known = longest_first(tuple({n for item in communities() for n in (item.name, item.street_short)}))
    ordinal = "第?[一二三四五六七八九十百\\d]+"
    kinds = "|".join(kind for kind in _BRANCH_KINDS if kind != "店")
    return re.compile(
        f"^(.{{2,8}}?)((?:深圳市?|罗湖区?)[㐀-鿿]{{0,4}}?(?:{kinds})|(?:{known}|{ordinal}|[㐀-鿿]{{2}}路)(?:{kinds})"
        f"|(?:{known})店)$"
    )


def branch_core(branch: str) -> str:
    """What tells a branch from its sisters: its place or number, without the word for branch."""
    return _BRANCH_KIND.sub("", branch) or branch


def _plain_branch(branch: str) -> str:
    return _BRANCH_PLACE.sub("", branch) if branch else ""


@cache
def _forms() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Organisation forms, and those of two characters or more."""
    forms = tuple(lexicon().form_class)
    return forms, tuple(form for form in forms if len(form) > 1)


def has_trade_word(text: str) -> bool:
    """Whether a folded text holds any word of trade or company."""
    words = lexicon()
    personal = bool(_PERSON.match(text)) and surname_length(text) > 0 and len(text) <= 4
    given = text[surname_length(text) :]
    forms, long_forms = _forms()
    if text.endswith(forms):
        named = personal and len(text) <= 3 and text[-1] in words.given_name_ends
        if not named or text.endswith(long_forms):
            return True
    found = {text[start:end] for start in range(len(text) - 1) for end in word_ends(text, start)}
    if personal and found <= {given} and given in words.given_names:
        return False
    return bool(found)


def is_person(text: str) -> bool:
    """Whether a folded text is a bare personal name: a surname, two to four characters, no trade."""
    if not _PERSON.match(text) or ("·" not in text and not surname_length(text)):
        return False
    if "·" not in text and len(text) == 4 and surname_length(text) == 1 and text[1] not in lexicon().surnames:
        return False
    return not has_trade_word(text) and not _named_after_place(text)


def _named_after_place(text: str) -> bool:
    """Whether four characters are a place and a trade name, as in a short form: no person bears that."""
    return len(text) == 4 and text[:2] in lexicon().places and surname_length(text) == 1


def is_bare_party(text: str | None) -> bool:
    """Whether a party of a name-or-person column is a person: it has no word of trade or company."""
    name = _BRACKET.sub("", _NOTES.sub("", fold(text or "")))
    return bool(name) and len(name) <= 8 and not has_trade_word(name) and not _named_after_place(name)
