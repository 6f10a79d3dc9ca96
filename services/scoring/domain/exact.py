"""Exact decimal arithmetic. Sums, differences and products are exact or raise; only `quotient` and `rounded` round, half up.

A quotient is kept to 30 decimals, and a sum of quotients is read at 20: three times a third is one. The thread's decimal
context is never used, so nothing outside can change a score.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import reduce
from typing import Final

QUOTIENT_PLACES: Final = 30
SETTLED_PLACES: Final = 20  # as many as a value may have, so that no figure of a report is touched
DIGITS: Final = 200  # a product of bounded amounts needs less than 100
ZERO: Final = Decimal(0)

_EXACT = Context(prec=DIGITS, rounding=ROUND_HALF_UP, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_ROUNDING = Context(prec=DIGITS, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])

_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(QUOTIENT_PLACES + 1))

plus = _EXACT.add
minus = _EXACT.subtract
times = _EXACT.multiply


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    return reduce(plus, amounts, ZERO)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The quotient, half up at 30 decimals."""
    return rounded(_ROUNDING.divide(dividend, divisor), QUOTIENT_PLACES)


def rounded(amount: Decimal, places: int) -> Decimal:
    """The amount at so many decimals; a half goes away from zero."""
    return amount.quantize(_UNITS[places], rounding=ROUND_HALF_UP, context=_ROUNDING)


def settled(amount: Decimal) -> Decimal:
    """A sum of quotients without the last decimals, which are off by what each was rounded: before it is rounded or compared."""
    return rounded(amount, SETTLED_PLACES)


def whole_quotient(dividend: Decimal, divisor: Decimal) -> tuple[int, Decimal]:
    """How often the divisor goes into the dividend, and what is left."""
    whole, left = _EXACT.divmod(dividend, divisor)
    return int(whole), left


def negative(amount: Decimal) -> Decimal:
    return amount.copy_negate() if amount else ZERO
