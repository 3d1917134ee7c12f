import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.texts.identifiers import (
    USCC_ALPHABET,
    Codes,
    org_valid,
    read_code,
    registration_valid,
    uscc_valid,
)

GOOD = [
    "91440300MA9XXXX034",
    "92440300MA9XXXX11U",
    "91440303MA9XXXX54P",
    "92440303MA9XXXX38Y",
    "93440300MA9XXXX2XG",
    "52440303MJ9XXXX49P",
    "1244030399990010X6",
    "914403039999002300",  # the sum is divisible by 31
    "Y1440303999900118B",  # a letter in the first eight places
]


@pytest.mark.parametrize("code", GOOD)
def test_right_checks_are_valid(code: str) -> None:
    assert uscc_valid(code)


@pytest.mark.parametrize(
    "code", ["91440300MA9XXXX035", "91440300MA9XXXX304", "91440303000000000R", "", "9144"]
)
def test_wrong_checks_and_placeholders_are_not(code: str) -> None:
    assert not uscc_valid(code)


@given(st.sampled_from(GOOD), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_single_wrong_character_is_found(code: str, place: int, char: str) -> None:
    changed = code[:place] + char + code[place + 1 :]
    assert uscc_valid(changed) == (changed == code)


@pytest.mark.parametrize("code", ["99990002X", "999900070", "MA9XXXX03", "D2143569X"])
def test_organisation_codes(code: str) -> None:
    assert org_valid(code)
    assert not org_valid(code[:8] + ("1" if code[8] != "1" else "2"))


@pytest.mark.parametrize("code", ["440303109999994", "440303609999992", "440303999999993"])
def test_registration_numbers(code: str) -> None:
    assert registration_valid(code)
    assert not registration_valid(code[:14] + str((int(code[14]) + 1) % 10))


def test_one_code_in_many_dresses() -> None:
    whole = read_code("91440300MA9XXXX034", None, "uscc")
    assert whole == Codes(uscc="91440300MA9XXXX034", org="MA9XXXX03")
    assert read_code("91440300ma9xxxx034", None, "uscc") == whole
    assert read_code("440303MA9XXXX03", None, "taxpayer_id").org == "MA9XXXX03"
    assert read_code("MA9XXXX0-3", None, "org_code").org == "MA9XXXX03"
    assert read_code("91440300MA9XXXXO34", None, "uscc") == whole  # O for 0


def test_what_is_damaged_is_a_hint_only() -> None:
    assert read_code("91440300MA9XXXX035", None, "uscc") == Codes(hint="91440300MA9XXXX035")
    assert read_code(None, "913302******531452", "uscc") == Codes(hint="913302******531452")
    assert read_code(None, "ID#abc", "taxpayer_id") == Codes(token="ID#abc")


def test_digits_are_a_registration_number_except_for_the_taxpayer() -> None:
    assert read_code("440303109999994", None, "uscc_or_registration_no").org is None
    assert read_code("440303109999994", None, "uscc_or_registration_no").registration == "440303109999994"


@pytest.mark.parametrize("code", ["914403007777777777", "91440300123456789Q", "91440300000000000E"])
def test_a_placeholder_with_a_right_check_is_no_code(code: str) -> None:
    assert not uscc_valid(code)
    assert uscc_valid("914403007777777M39")  # seven alike may be a firm's


@pytest.mark.parametrize("code", ["440303000000002", "440303123456789"])
def test_an_empty_number_with_a_right_check_is_no_registration_number(code: str) -> None:
    assert not registration_valid(code)
    assert registration_valid("440303100000000")


def test_leading_zeros_of_an_organisation_code_come_back() -> None:
    assert read_code("1234562", None, "org_code") == Codes(org="001234562")
    assert read_code("12345604", None, "uscc") == Codes(org="012345604")
    assert read_code("234562", None, "org_code") == Codes(hint="234562")
    assert read_code("1234562", None, "registration_no") == Codes(hint="1234562")


def test_a_code_whose_body_is_no_organisation_code_stands_alone() -> None:
    assert read_code("914403009999000193", None, "uscc") == Codes(uscc="914403009999000193")


@pytest.mark.parametrize("written", ["91440300MA9VYYYY1C", "91440300MA9UVYYY1C", "91440300MA9UYYYYIC"])
def test_letters_that_no_code_has_are_read_as_what_they_look_like(written: str) -> None:
    assert read_code(written, None, "uscc").uscc == "91440300MA9UYYYY1C"


def test_fifteen_digits_are_both_only_for_the_taxpayer() -> None:
    both = Codes(org="100000059", registration="440303100000059")
    assert read_code("440303100000059", None, "taxpayer_id") == both
    assert read_code("440303100000059", None, "uscc") == Codes(registration=both.registration)
    assert read_code("440303MA9XXXX03", None, "registration_no") == Codes(hint="440303MA9XXXX03")


def test_thirteen_digits_are_a_registration_number_unless_they_only_fill() -> None:
    assert read_code("4403031099999", None, "registration_no") == Codes(registration="4403031099999")
    assert read_code("4403037777777", None, "registration_no") == Codes(hint="4403037777777")


def test_what_is_too_short_or_only_fills_is_not_even_a_hint() -> None:
    assert read_code("123457", None, "uscc") == Codes(hint="123457")
    assert read_code("12345", None, "uscc") == Codes()
    assert read_code("7777777777", None, "uscc") == Codes()


@given(st.text(max_size=25), st.sampled_from(["uscc", "org_code", "taxpayer_id", "registration_no"]))
def test_reading_never_fails_and_never_believes_a_wrong_check(text: str, role: str) -> None:
    codes = read_code(text, None, role)
    assert codes.uscc is None or uscc_valid(codes.uscc)
    assert codes.org is None or org_valid(codes.org)
