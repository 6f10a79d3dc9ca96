"""Given, missing and not applicable are three things; every number that is not exact, finite and bounded is refused."""

import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.plan.names import agencies_by_label, folded
from shared.plan.values import (
    MISSING,
    NOT_APPLICABLE,
    Given,
    ValueRefused,
    check_values,
    parse_value,
    parse_values,
    places_of,
    plain,
    value_from_text,
    value_to_text,
)
from tests.shared.plan.small_plans import criterion, small_plan

PLAN = small_plan(
    criterion("X", more=", value_maximum: 100, value_places: 2"),
    criterion("N", more=", value_minimum: -5"),
    criterion("B", "boolean", ", maximum: 1"),
    criterion("C", "{kind: count, points_each: 1}", ", maximum: 9"),
    more="adjustments: {bonuses: [{code: flag, name_vi: Cờ, name_en: Flag, points_each: 10, count_maximum: 2}]}\n",
)


def decoded(text: str) -> object:
    result: object = json.loads(text, parse_float=Decimal)
    return result


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", MISSING),
        ('"n/a"', NOT_APPLICABLE),
        ("0", Given(Decimal(0))),
        ("-1.50", Given(Decimal("-1.5"))),
        ("1000000000000000", Given(Decimal(10) ** 15)),
        ("1e15", Given(Decimal(10) ** 15)),
        ("0." + "0" * 19 + "1", Given(Decimal("1e-20"))),
        ("1." + "0" * 40, Given(Decimal(1))),
    ],
)
def test_a_value_is_read_as_what_it_says(text: str, value: object) -> None:
    assert parse_value(decoded(text)) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"1.5"', "value-is-text"),
        ('""', "value-is-text"),
        ("true", "value-is-boolean"),
        ("[1]", "value-not-a-number"),
        ('{"value": 1}', "value-not-a-number"),
        ("NaN", "value-not-finite"),
        ("Infinity", "value-not-finite"),
        ("-Infinity", "value-not-finite"),
        ("1e400", "value-out-of-range"),
        ("1000000000000001", "value-out-of-range"),
        ("-1000000000000000.1", "value-out-of-range"),
        ("9" * 4000, "value-out-of-range"),
        ("1e999999999", "value-out-of-range"),
        ("0." + "1" * 30, "value-too-precise"),
        ("0." + "0" * 20 + "1", "value-too-precise"),
        ("1e-400", "value-too-precise"),
        ("1e-999999999", "value-too-precise"),
    ],
)
def test_what_is_no_exact_bounded_number_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        parse_value(decoded(text))
    assert caught.value.code == code
    assert caught.value.sentence_vi
    assert caught.value.sentence_en


def test_a_decimal_that_is_not_a_number_is_not_finite() -> None:
    with pytest.raises(ValueRefused, match="value-not-finite"):
        parse_value(Decimal("sNaN"))


def test_a_float_is_a_fault_of_the_caller() -> None:
    with pytest.raises(TypeError):
        parse_value(0.5)


def test_all_refused_values_of_a_report_are_named_by_pointer() -> None:
    values, problems = parse_values({"X": Decimal(1), "a/b": "1", "c~d": True, "e" * 10_000: []}, "/data/values")
    assert values == {"X": Given(Decimal(1))}
    assert [problem.pointer for problem in problems][:2] == ["/data/values/a~1b", "/data/values/c~0d"]
    assert len(problems[2].pointer) < 100


@pytest.mark.parametrize(
    ("code", "value", "problem"),
    [
        ("X", Given(Decimal(100)), None),
        ("X", Given(Decimal("100.01")), "value-above-allowed"),
        ("X", Given(Decimal(0)), None),
        ("X", Given(Decimal("-0.01")), "value-negative"),
        ("X", Given(Decimal("1.250")), None),
        ("X", Given(Decimal("1.255")), "value-too-precise"),
        ("X", MISSING, None),
        ("X", NOT_APPLICABLE, None),
        ("N", Given(Decimal(-5)), None),
        ("N", Given(Decimal("-5.1")), "value-below-allowed"),
        ("B", Given(Decimal("1.0")), None),
        ("B", Given(Decimal("0.5")), "value-not-yes-or-no"),
        ("C", Given(Decimal("3.00")), None),
        ("C", Given(Decimal("3.5")), "value-not-whole"),
        ("flag", Given(Decimal(2)), None),
        ("flag", Given(Decimal(3)), "value-above-allowed"),
        ("flag", Given(Decimal(-1)), "value-negative"),
        ("flag", Given(Decimal("0.5")), "value-not-whole"),
        ("flag", MISSING, None),
        ("Z", Given(Decimal(1)), "criterion-unknown"),
        ("Z", MISSING, "criterion-unknown"),
    ],
)
def test_a_value_is_held_against_its_criterion(code: str, value: Given, problem: str | None) -> None:
    found = check_values(PLAN, {code: value})
    assert [one.code for one in found] == ([problem] if problem else [])
    assert all(one.pointer == f"/values/{code}" for one in found)


def test_an_unknown_criterion_is_told_its_nearest_whatever_the_case() -> None:
    plan = small_plan(criterion("SC11"), criterion("SC12"))
    (problem,) = check_values(plan, {"sc1l": MISSING})
    assert "SC11" in problem.sentence_en
    assert "SC11" in problem.sentence_vi


def test_a_code_of_ten_thousand_characters_is_answered_briefly() -> None:
    (problem,) = check_values(PLAN, {"x" * 10_000: MISSING})
    assert len(problem.sentence_en) < 300
    assert len(problem.pointer) < 100


EXACT = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=12)


@given(EXACT)
def test_the_text_of_a_value_is_exact_and_one_for_each_number(number: Decimal) -> None:
    text = value_to_text(Given(number))
    assert text is not None
    assert value_from_text(text) == Given(number)
    assert text == value_to_text(Given(number * Decimal("1.000")))
    assert "E" not in text


def test_absent_values_have_texts_of_their_own() -> None:
    assert [value_to_text(value) for value in (MISSING, NOT_APPLICABLE, Given(Decimal("-0.00")))] == [None, "n/a", "0"]
    assert (value_from_text(None), value_from_text("n/a")) == (MISSING, NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,5", "value-not-a-number"),
        ("1_000", "value-not-a-number"),
        ("", "value-not-a-number"),
        ("٣", "value-not-a-number"),
        ("nan", "value-not-finite"),
        ("-Infinity", "value-not-finite"),
        ("1e16", "value-out-of-range"),
    ],
)
def test_a_text_that_is_no_number_is_refused(text: str, code: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        value_from_text(text)
    assert caught.value.code == code


@pytest.mark.parametrize(("text", "places"), [("1", 0), ("1.0", 0), ("1.50", 1), ("0.00", 0), ("1e3", 0), ("-0.0010", 3)])
def test_trailing_zeros_need_no_places(text: str, places: int) -> None:
    assert places_of(Decimal(text)) == places


def test_a_number_in_plain_digits_has_no_exponent() -> None:
    assert [plain(Decimal(text)) for text in ("1E+3", "1E-7", "10.00", "-0")] == ["1000", "0.0000001", "10", "0"]


def test_an_agency_is_found_by_code_name_or_alias_in_any_unicode_form() -> None:
    labels = agencies_by_label(PLAN)
    written = ["a", "A", "  Đơn   vị a", unicodedata.normalize("NFD", "Đơn vị A"), "ALPHA", "unit a"]
    assert {labels.get(folded(label)) for label in written} == {"a"}
    assert folded("Hà Nam") != folded("Hạ Nam")
