"""A few firms and shops that a clerk judges, night after night."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline import link
from pipeline.declaration import Source
from pipeline.night import Night, read_attention

A, B = "91440300MA9XXXX034", "92440300MA9XXXX11U"
NOT_HELD = "93440300MA9XXXX2XG"
PLACE = "罗湖区翠竹街道田贝四路63号2栋首层"
REGISTRY: list[dict[str, Any]] = [
    {
        "uscc": A, "name": "深圳市鑫泰五金有限公司", "legal_rep": "陈小明",
        "address": "深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室",
    },
    {
        "uscc": B, "name": "罗湖区恒兴服装店", "legal_rep": "李秀兰", "phone": "13612345670",
        "address": "深圳市罗湖区湖贝村12巷3号一楼",
    },
]  # fmt: skip
ROWS: dict[str, list[dict[str, Any]]] = {
    "registry": REGISTRY,
    "grid": [
        {"grid_no": "1", "street": "翠竹街道", "address": PLACE, "sign_name": "阿美发廊",
         "operator": "吴阿美"},
        {"grid_no": "2", "street": "东门街道", "address": "湖贝村12巷3号一楼", "sign_name": "小胖烧烤"},
    ],
    "street_cases": [
        {"case_no": "1", "name": "吴阿美", "sign_name": "阿美发廊", "address": PLACE},
        {"case_no": "2", "sign_name": "阿美美发", "name": "吴阿美", "address": PLACE},
        {"case_no": "3", "sign_name": "丽丽花店", "name": "郑丽丽", "address": "罗湖区爱国路9号"},
    ],
    "labour_cases": [
        {"case_no": "1", "name": "深圳市鑫泰五金有限公司", "legal_rep": "陈小明"},
        {"case_no": "2", "uscc": B, "name": "罗湖区恒兴服装店", "legal_rep": "李秀兰"},
    ],
    "employment": [
        {"social_insurance_no": "SB778899", "uscc": A, "name": "深圳市鑫泰五金有限公司", "month": "2017-01"},
        {"social_insurance_no": "SB778899", "name": "鑫泰五金", "month": "2017-02"},
        {"uscc": NOT_HELD, "name": "某某合作社", "month": "2017-02"},
    ],
}  # fmt: skip
RECORDS = [
    f"{name}:{i}" for name, rows in ROWS.items() if name != "registry" for i in range(1, len(rows) + 1)
]
Nights = Callable[..., dict[str, Any]]


class District:
    """The same rows night after night; identities persist, judgements are added."""

    def __init__(self, make_night: Callable[..., Night], sources: Mapping[str, Source]) -> None:
        self._make, self._sources, self._day, self._line = make_night, sources, date(2017, 3, 31), 0
        self.corrections: Path | None = None

    def night(
        self, rows: Mapping[str, Sequence[Mapping[str, Any]]] = ROWS, keep: bool = True
    ) -> dict[str, Any]:
        """Links one night; returns record → (enterprise, decision, basis)."""
        self._day += timedelta(days=1)
        night = self._make(rows, run_id=f"n{self._day}", as_of=self._day)
        link.run(night, dict(self._sources))
        con = night.connect()
        found = con.execute("SELECT record_id, enterprise_id, decision, basis FROM record_link").fetchall()
        self.corrected = con.execute(
            "SELECT kind, record_id, is_in_force, is_applied, effect, enterprise_id FROM correction "
            "ORDER BY ALL"
        ).fetchall()
        self.aliases = dict(con.execute("SELECT old_id, enterprise_id FROM enterprise_alias").fetchall())
        self.pairs = set(con.execute("SELECT record_id, enterprise_id FROM review_pair").fetchall())
        self.attention = [item.sentence for item in read_attention(con)]
        target = night.settings.restricted / f"{self._day}.parquet"
        if keep:
            con.execute(f"COPY (FROM identity_state ORDER BY ALL) TO '{target}' (FORMAT parquet)")
            with (night.settings.restricted / "journal.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(json.dumps({"identity": target.name, "as_of": str(self._day)}) + "\n")
        con.close()
        self.corrections = night.settings.corrections
        return {record: tuple(rest) for record, *rest in found}

    def again(self) -> dict[str, Any]:
        """The last night, built once more."""
        self._day -= timedelta(days=1)
        return self.night()

    def judge(self, record: str, enterprise: str, verdict: str) -> None:
        """A clerk's answer of that day."""
        assert self.corrections
        self.corrections.mkdir(exist_ok=True)
        said = {
            "record_id": record, "enterprise_id": enterprise, "verdict": verdict,
            "who": "王核对", "when": str(self._day), "why": "实地核对",
        }  # fmt: skip
        with (self.corrections / "links.jsonl").open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(said, ensure_ascii=False) + "\n")
