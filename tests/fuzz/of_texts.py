"""What must hold of each reader of one text, whatever it is given."""

import math
from datetime import date

import pyarrow as pa

from pipeline.declaration import Role
from pipeline.ingest import codes, dates, identity_number, units, words
from pipeline.ingest.amounts import parse_amount, read_amounts
from pipeline.link.texts import addresses, folding, identifiers, names, numerals, persons, regions, trades
from tests.fuzz.trying import sources, tried

LATEST = date(2027, 6, 1)
_ROLES: tuple[Role | None, ...] = (None, "uscc", "registration_no", "taxpayer_id")


def check_dates(text: str) -> None:
    found = tried(lambda: dates.parse_date(text, LATEST), ValueError)
    assert found is None or found == dates.OPEN_END or date(1949, 1, 1) <= found <= LATEST
    label = tried(lambda: dates.parse_period(text, LATEST), ValueError)
    assert label is None or dates.period_bounds(label)[0] <= dates.period_bounds(label)[1]


def check_amounts(text: str) -> None:
    for unit in {unit.family: unit for unit in units.UNITS.values()}.values():
        found = tried(lambda unit=unit: parse_amount(text, unit), ValueError)
        assert found is None or math.isfinite(found)
        column = read_amounts(pa.array([text]), unit).values.to_pylist()
        assert all(value is None or math.isfinite(value) for value in column)
    units.find_unit(text), units.names_unit(text), units.is_foreign(text)


def check_codes(text: str) -> None:
    for role in _ROLES:
        whole = tried(lambda role=role: codes.parse_code(text, role), ValueError)
        read = codes.read_codes(pa.array([text]), role).values.to_pylist()
        assert whole is None or read == [whole]
    partial = codes.partial_code(text)
    for role in ("uscc", "registration_no", "taxpayer_id", "org_code"):
        identifiers.read_code(text, partial, role)


def check_identity_numbers(text: str) -> None:
    once = identity_number.mask_texts(pa.array([text]), LATEST)
    assert identity_number.mask_texts(once, LATEST).equals(once), "what is masked stays as it is"
    for old in (True, False):
        identity_number.mask_codes(pa.array([text, None]), LATEST, b"k" * 32, old_tax_ids=old)


def check_words(text: str) -> None:
    tried(lambda: words.parse_bool(text), ValueError)
    words.read_texts(pa.array([text, None]))
    words.read_lists(pa.array([text]), "[;、]")
    for source in sources().values():
        for column in source.columns.values():
            if column.values:
                words.read_enums(pa.array([text]), column)
                return


def check_names(text: str) -> None:
    folded = folding.fold(text)
    for sign in (False, True):
        parts = names.parse_name(text, sign)
        assert parts == names.parse_name(text, sign)
    names.is_person(text), names.is_bare_party(text), names.has_trade_word(folded)
    trades.split_form(folded), trades.split_industry(folded)
    folding.pinyin_key(text), folding.shape_key(text)


def check_addresses(text: str) -> None:
    addresses.parse_address(text), addresses.read_street(text), addresses.read_community(text)
    addresses.road_key(text)


def check_numerals(text: str) -> None:
    assert numerals.to_digits(numerals.to_digits(text)) is not None


def check_regions(text: str) -> None:
    regions.strip_place(text), regions.without_place_behind(text), regions.is_elsewhere(text)
    assert 0 <= regions.place_length(text, False) <= len(text)
    regions.region_of(text)


def check_persons(text: str) -> None:
    person = persons.read_person(text)
    assert person is None or 0 <= persons.surname_length(person) <= len(person)
    assert all(phone.isdigit() for phone in persons.read_phones(text))
    persons.fold_phone(text)
