"""Splink as an expert would set it up for these rows: blocking rules, comparisons, training.

It is given every normalised column that our linking has. DuckDB's string distances count bytes, so they
are used on pinyin and codes (ASCII) alone; Chinese characters are compared as sets of letters.
"""

from typing import Any

import splink.comparison_library as cl
from splink import SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

KEYS = (
    "b_full",
    "b_sound_industry",
    "b_sound",
    "b_sound_road",
    "b_sound_building",
    "b_sound_community",
    "b_sound_street",
    "b_start_industry",
    "b_end_industry",
    "b_first_site",
    "b_phone",
    "b_person",
    "b_person_community",
    "b_person_road",
    "b_person_industry",
    "b_house",
    "b_door",
    "b_site",
    "b_taxpayer",
    "b_social",
    "b_code_tail",
    "b_code_middle",
)
CROSSED = (("b_sign", "b_sound"), ("b_phone_other", "b_phone"))
FREQUENCIES = (
    "trade",
    "trade_sound",
    "industry",
    "person",
    "person_sound",
    "phone",
    "door",
    "spot",
    "house_code",
)
SMALLEST_FREQUENCY = 1e-6
Level = dict[str, Any]


def blocking_rules() -> list[Any]:
    """Rows meet under any of these; hot blocks are taken out of the keys before."""
    crossed = [
        CustomRule(f"l.{mine} = r.{other}") for a, b in CROSSED for mine, other in ((a, b), (b, a), (a, a))
    ]
    return [*(block_on(key) for key in KEYS), *crossed]


def settings() -> SettingsCreator:
    """The model, untrained."""
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=blocking_rules(),
        comparisons=[
            _comparison("name", "(trade_l IS NULL OR trade_r IS NULL)", _NAME),
            _comparison("industry", "(industry_l IS NULL OR industry_r IS NULL)", _INDUSTRY),
            _comparison("form", "(form_l IS NULL OR form_r IS NULL)", _FORM),
            _comparison("branch", "(branch_l IS NULL AND branch_r IS NULL)", _BRANCH),
            _comparison("person", "(person_l IS NULL OR person_r IS NULL)", _PERSON),
            _comparison("phone", "(phone_l IS NULL OR phone_r IS NULL)", _PHONE),
            _comparison("place", _NO_PLACE, _PLACE),
            _comparison("code", _NO_CODE, _CODE),
            _comparison("account", _NO_ACCOUNT, _ACCOUNT),
            _comparison(
                "licence", "NOT (unlicensed_l OR unlicensed_r OR licensed_l OR licensed_r)", _LICENCE
            ),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        max_iterations=25,
    )


def _comparison(name: str, missing: str, levels: list[Level]) -> cl.CustomComparison:
    first = {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
    rest = {"sql_condition": "ELSE", "label_for_charts": "differs"}
    return cl.CustomComparison(output_column_name=name, comparison_levels=[first, *levels, rest])


def _level(label: str, condition: str, frequency: str | None = None) -> Level:
    level: Level = {"sql_condition": condition, "label_for_charts": label}
    if frequency is None:
        return level
    return level | {
        "tf_adjustment_column": frequency,
        "tf_adjustment_weight": 1.0,
        "tf_minimum_u_value": SMALLEST_FREQUENCY,
        "disable_tf_exact_match_detection": True,
    }


def _letters_shared(column: str) -> str:
    return f"len(list_intersect({column}_letters_l, {column}_letters_r))"


def _most_letters(column: str) -> str:
    return f"greatest(len({column}_letters_l), len({column}_letters_r))"


_NAME = [
    _level("whole name", "full_name_l = full_name_r", "trade"),
    _level("trade name", "trade_l = trade_r", "trade"),
    _level("same sound", "trade_sound_l = trade_sound_r", "trade_sound"),
    _level("sign", "sign_l = trade_r OR trade_l = sign_r OR sign_l = sign_r"),
    _level(
        "one letter of three or more",
        f"length(trade_l) = length(trade_r) AND {_most_letters('trade')} >= 3 "
        f"AND {_letters_shared('trade')} = {_most_letters('trade')} - 1",
    ),
    _level(
        "one within the other",
        "least(length(trade_l), length(trade_r)) >= 2 "
        "AND (contains(trade_l, trade_r) OR contains(trade_r, trade_l))",
    ),
    _level("sounds alike", "jaro_winkler_similarity(trade_sound_l, trade_sound_r) >= 0.92"),
    _level("a letter shared", f"{_letters_shared('trade')} * 2 >= {_most_letters('trade')}"),
]
_INDUSTRY = [
    _level("exact", "industry_l = industry_r", "industry"),
    _level("one within the other", "contains(industry_l, industry_r) OR contains(industry_r, industry_l)"),
    _level("half of the letters", f"{_letters_shared('industry')} * 2 >= {_most_letters('industry')}"),
]
_FORM = [_level("exact", "form_l = form_r"), _level("same class", "form_class_l = form_class_r")]
_BRANCH = [
    _level("exact", "branch_l = branch_r"),
    _level("one is a branch", "branch_l IS NULL OR branch_r IS NULL"),
]
_PERSON = [
    _level("exact", "person_l = person_r", "person"),
    _level("same sound", "person_sound_l = person_sound_r", "person_sound"),
    _level("nearly", "levenshtein(person_sound_l, person_sound_r) <= 2"),
]
_PHONE = [
    _level("exact", "phone_l = phone_r", "phone"),
    _level(
        "other number", "phone_l = phone_other_r OR phone_other_l = phone_r OR phone_other_l = phone_other_r"
    ),
    _level("one digit", "length(phone_l) = length(phone_r) AND levenshtein(phone_l, phone_r) = 1"),
]
_NO_PLACE = (
    "(coalesce(spot_l, road_l, community_l, house_code_l) IS NULL "
    "OR coalesce(spot_r, road_r, community_r, house_code_r) IS NULL)"
)
_PLACE = [
    _level("shared registration address", "(shared_l OR shared_r)"),
    _level("same room", "door_l = door_r", "door"),
    _level("same house code", "house_code_l = house_code_r", "house_code"),
    _level("other room of the building", "spot_l = spot_r AND room_l <> room_r", "spot"),
    _level("same number or building", "spot_l = spot_r", "spot"),
    _level("same building", "building_l = building_r"),
    _level("same road", "road_l = road_r"),
    _level("same community", "community_l = community_r"),
    _level("same street", "street_l = street_r"),
]
_NO_CODE = (
    "((hint_l IS NULL AND hint_r IS NULL) "
    "OR coalesce(hint_l, uscc_l, registration_l, org_l) IS NULL "
    "OR coalesce(hint_r, uscc_r, registration_r, org_r) IS NULL)"
)
_CODE = [
    _level(
        "damaged, and agrees",
        " OR ".join(
            f"levenshtein({hint}, {code}) <= 2 OR {code} LIKE replace({hint}, '*', '_') "
            f"OR (length({hint}) >= 13 AND starts_with({code}, {hint}))"
            for hint, side in (("hint_l", "r"), ("hint_r", "l"))
            for code in (f"uscc_{side}", f"registration_{side}", f"org_{side}", f"hint_{side}")
        ),
    )
]
_NO_ACCOUNT = "((taxpayer_l IS NULL OR taxpayer_r IS NULL) AND (social_l IS NULL OR social_r IS NULL))"
_ACCOUNT = [_level("equal", "taxpayer_l = taxpayer_r OR social_l = social_r")]
_LICENCE = [_level("none seen", "(unlicensed_l OR unlicensed_r)")]
