"""What decided a link, in short Chinese words that name no person and no value."""

from collections.abc import Mapping
from datetime import date

from pipeline.link.model import NONE, THOUSANDTHS, Model
from pipeline.link.pairs.comparing import FIELDS

TOLD = THOUSANDTHS // 2
PRIOR = {"field": "比对之前", "value_class": "主体总数", "level": "任取一家"}
REGISTRY_ROW = "登记信息本身"
NO_TRADE = "仅为个人姓名或无名称，不建主体"
FOUNDS_CODE = "有效证号在登记信息中未见，按证号立户"
JOINS = "未匹配到登记，按场所、招牌、经营者等归为同一主体"
FOUNDS = "未匹配到登记，单独立户待核实"
SISTER = "与证号相符的同一纳税人或参保单位的其他记录相连"
BY_CODE = {"uscc": "统一社会信用代码一致", "org": "组织机构代码一致", "registration": "注册号一致"}
DOUBTFUL_CODE = "证号指向的主体与名称、负责人、地址均不符，待核实"
UNDECIDED = "候选主体把握不足，待核实"
NOTHING_FITS = "没有可用于识别的内容"
SISTER_OF_JUDGED = "与人工认定的记录属同一纳税人或参保单位"


def judged_same(day: date) -> str:
    """A clerk said that the record is this enterprise."""
    return f"人工认定为同一主体（{day.isoformat()}）"


def judged_other(day: date, basis: str) -> str:
    """A clerk said that the record is not another enterprise; what it is then rests on the rest."""
    return f"{basis}（人工认定不是原候选主体，{day.isoformat()}）"


def doubted(day: date) -> str:
    """A street office said that the line of a list names the wrong firm."""
    return f"街道核查认为主体有误（{day.isoformat()}），待人工核对"


def level_name(model: Model, field: str, code: int) -> str:
    """The key of a level code."""
    return model.comparisons[field].names[code - 1] if code else NONE


def level_title(model: Model, field: str, code: int) -> str:
    """A level code in Chinese."""
    if not code:
        return "无可比内容"
    return model.comparisons[field].levels[model.comparisons[field].names[code - 1]].title


def basis(model: Model, levels: Mapping[str, int], weights: Mapping[str, int]) -> str:
    """The agreements that carried a link, the heaviest first, and what spoke against it."""
    told = [(weights[name], name) for name in FIELDS if abs(weights[name]) >= TOLD and levels[name]]
    pro = [
        _word(model, name, levels[name])
        for weight, name in sorted(told, key=lambda t: (-t[0], t[1]))
        if weight > 0
    ]
    con = [_word(model, name, levels[name]) for weight, name in sorted(told) if weight < 0]
    text = "、".join(pro) or "各项均弱"
    return f"{text}（但{'、'.join(con)}）" if con else text


def _word(model: Model, field: str, code: int) -> str:
    return f"{model.comparisons[field].title}{level_title(model, field, code)}"
