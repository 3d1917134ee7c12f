"""docs/dpia.md: the data protection impact assessment, filled in from the declarations (PIPL art. 55–56).

`python -m pipeline.impact_assessment` (or `make dpia`) writes it anew. What the declarations do not say is
left to whoever signs: those fields stand empty.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.declaration import Column, Source, load_sources
from pipeline.settings import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "dpia.md"
TEXTS = Path(__file__).parent / "impact_assessment.md"
_USES = {"match": "识别同一主体", "score": "风险线索", "context": "参考"}
_SHOWN = {
    "list": "名单、档案、分析库",
    "warehouse": "分析库",
    "band": "分析库（只有档次）",
    "restricted": "不出受限文件夹",
}
_KINDS = {
    "person": "自然人姓名",
    "phone": "电话号码",
    "name_or_person": "名称，可能是自然人姓名",
    "taxpayer_id": "纳税人识别号（个体户的可能含身份证号，接收时即换成带密钥的哈希）",
    "name": "名称（个体工商户的字号可能含姓名）",
    "sign_name": "招牌（可能含姓名）",
    "former_name": "曾用名称（可能含姓名）",
    "uscc": "统一社会信用代码（92开头的指向自然人）",
    "uscc_or_org_code": "统一社会信用代码或组织机构代码（92开头的指向自然人）",
    "uscc_or_registration_no": "统一社会信用代码或注册号（个体户的指向自然人）",
    "registration_no": "注册号（个体户的指向自然人）",
    "address": "地址（住所兼经营的可能是住址）",
}
_OTHER = "不出受限文件夹的文字（可能含姓名）"


def document(sources: Mapping[str, Source]) -> str:
    """The whole document.

    Args:
        sources: the declarations.
    """
    parts = TEXTS.read_text(encoding="utf-8")
    filled = {
        "{{overview}}": _overview(sources.values()),
        "{{columns}}": "\n\n".join(_section(source) for source in sources.values()),
        "{{terms}}": _terms(sources.values()),
    }
    for mark, text in filled.items():
        parts = parts.replace(mark, text)
    return parts


def main() -> int:
    """Writes the document of this checkout."""
    DOCUMENT.write_text(document(load_sources(PROJECT_ROOT / "sources")), encoding="utf-8")
    print(DOCUMENT)
    return 0


def personal(source: Source) -> dict[str, Column]:
    """The columns of an extract that may tell of a natural person, by canonical name."""
    return {
        name: column
        for name, column in source.columns.items()
        if column.role in _KINDS or (column.role is None and column.show == "restricted")
    }


def free_text(source: Source) -> list[str]:
    """The usual headers of the shown columns into which anybody may write anything."""
    return [
        column.headers[0]
        for column in source.columns.values()
        if column.type == "text" and column.role is None and column.show != "restricted"
    ]


def _overview(sources: Iterable[Source]) -> str:
    rows = [
        (
            source.title,
            f"`{source.extract}`",
            source.department,
            _words(source, ("person", "phone")) or "无",
            _count(source),
            source.legal_basis,
        )
        for source in sources
    ]
    return _table(("数据", "标识", "提供部门", "姓名、电话列", "可能指向自然人的列", "法律依据"), rows)


def _section(source: Source) -> str:
    rows = [
        (
            column.headers[0],
            f"`{name}`",
            _KINDS[column.role] if column.role else _OTHER,
            _USES[column.use],
            _SHOWN[column.show],
            column.basis or "同上",
        )
        for name, column in personal(source).items()
    ]
    return "\n\n".join(
        [
            f"### {source.title}（{source.extract}）",
            f"提供部门：{source.department}。法律依据：{source.legal_basis}。",
            _table(("列", "标识", "种类", "用途", "显示范围", "法律依据"), rows)
            if rows
            else "没有指向自然人的列。",
            f"文字列（填写人可能写入个人信息）：{'、'.join(free_text(source)) or '无'}。",
        ]
    )


def _terms(sources: Iterable[Source]) -> str:
    rows = [(source.title, f"{source.retention_years}年", source.retention_reason) for source in sources]
    return _table(("数据", "自文件日期起保存", "理由"), rows)


def _words(source: Source, roles: tuple[str, ...]) -> str:
    return "、".join(column.headers[0] for column in source.columns.values() if column.role in roles)


def _count(source: Source) -> str:
    return f"{len(personal(source))}列"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
