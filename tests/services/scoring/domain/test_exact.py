"""Arithmetic never rounds unseen and never looks at the thread's context."""

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.exact import negative, plus, quotient, rounded, times, total_of, whole_quotient

AMOUNTS = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=12)


def test_a_quotient_has_thirty_decimals_half_up() -> None:
    assert quotient(Decimal(1), Decimal(3)) == Decimal("0." + "3" * 30)
    assert quotient(Decimal(2), Decimal(3)) == Decimal("0." + "6" * 29 + "7")
    assert quotient(Decimal(1), Decimal(8)) == Decimal("0.125")


@pytest.mark.parametrize(
    ("amount", "places", "result"),
    [
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("2.4999", 0, "2"),
        ("46.74275", 4, "46.7428"),
        ("1", 2, "1.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero(amount: str, places: int, result: str) -> None:
    assert str(rounded(Decimal(amount), places)) == result


@given(st.lists(AMOUNTS, max_size=50))
def test_a_sum_is_exact_in_any_order(amounts: list[Decimal]) -> None:
    assert Fraction(total_of(amounts)) == sum(map(Fraction, amounts))
    assert total_of(amounts) == total_of(reversed(amounts))


@given(AMOUNTS, AMOUNTS)
def test_a_product_is_exact(one: Decimal, other: Decimal) -> None:
    assert Fraction(times(one, other)) == Fraction(one) * Fraction(other)


def test_what_cannot_be_exact_raises() -> None:
    with pytest.raises(Inexact):
        plus(Decimal(1), Decimal("1e-300"))


def test_the_thread_context_changes_nothing() -> None:
    with localcontext(prec=3):
        assert total_of([Decimal("1.23456"), Decimal("1000")]) == Decimal("1001.23456")
        assert quotient(Decimal(1), Decimal(7)) == Decimal("0.142857142857142857142857142857")
        assert str(negative(Decimal("1.23456"))) == "-1.23456"


def test_a_whole_quotient_names_what_is_left() -> None:
    assert whole_quotient(Decimal(125), Decimal(100)) == (1, Decimal(25))
    assert str(negative(Decimal(0))) == "0"
