"""Indicator values: given, missing or not applicable. Three different things, and none of the last two is zero.

`parse_value` takes what a JSON decoder yields (with `parse_float=Decimal`) and refuses what is not an exact, finite,
bounded number; `check_values` holds values against a plan. Both services that take values use these, so their codes agree.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Final

from shared.plan.types import BooleanMeasure, CountMeasure, Criterion, CriterionCode, EventAdjustment, Plan

VALUE_MAGNITUDE_MAX: Final = Decimal(10) ** 15
VALUE_PLACES_MAX: Final = 20
TEXT_LENGTH_WITHIN: Final = 15  # so few characters hold neither more digits nor more places than are allowed
NOT_APPLICABLE_TEXT: Final = "n/a"
NEAREST_MAX: Final = 3
SHOWN_LENGTH_MAX: Final = 60
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,6})?")
NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})


class Absence(Enum):
    """Why there is no number."""

    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"


MISSING: Final = Absence.MISSING
NOT_APPLICABLE: Final = Absence.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Given:
    """A number that was reported; zero is such a number."""

    number: Decimal


IndicatorValue = Given | Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueProblem:
    """What is wrong with one value: a stable code, the place in the body, and how to mend it."""

    code: str
    pointer: str
    sentence_vi: str
    sentence_en: str


class ValueRefused(Exception):
    """The value is not an exact, finite, bounded number."""

    def __init__(self, code: str, sentence_vi: str, sentence_en: str) -> None:
        super().__init__(f"{code}: {sentence_en}")
        self.code, self.sentence_vi, self.sentence_en = code, sentence_vi, sentence_en

    def at(self, pointer: str) -> ValueProblem:
        return ValueProblem(code=self.code, pointer=pointer, sentence_vi=self.sentence_vi, sentence_en=self.sentence_en)


def parse_value(raw: object) -> IndicatorValue:
    """Read a decoded JSON value: a number is given, null is missing, the text "n/a" is not applicable. Raises `ValueRefused`."""
    if isinstance(raw, Decimal):  # the usual case, before the long way of asking
        return Given(bounded(raw))
    match raw:
        case None:
            return MISSING
        case "n/a":
            return NOT_APPLICABLE
        case str():
            raise ValueRefused(
                "value-is-text",
                'Số liệu phải là số, không đặt trong dấu ngoặc kép; để null nếu chưa có, "n/a" nếu không áp dụng.',
                'Write a number without quotation marks; null when it is missing, "n/a" when it does not apply.',
            )
        case bool():
            raise ValueRefused(
                "value-is-boolean",
                "Số liệu phải là số: ghi 1 cho có, 0 cho không.",
                "Write a number: 1 for yes, 0 for no.",
            )
        case int():
            return Given(bounded(Decimal(raw)))
        case float() if not isfinite(raw):
            raise not_finite()
        case float():
            raise TypeError("a float is never exact: decode JSON with parse_float=Decimal")
        case _:
            raise ValueRefused(
                "value-not-a-number",
                'Số liệu phải là một số, null hoặc "n/a", không phải danh sách hay đối tượng.',
                'Write one number, null or "n/a", not a list or an object.',
            )


def not_finite() -> ValueRefused:
    return ValueRefused(
        "value-not-finite",
        "Số liệu phải là số hữu hạn; NaN và vô cực không được chấp nhận. Để null nếu chưa có số liệu.",
        "Write a finite number; NaN and infinity are not taken. Use null when the value is missing.",
    )


def bounded(number: Decimal) -> Decimal:
    """The number itself, unless it is not finite, too large or has too many decimals."""
    if not number.is_finite():
        raise not_finite()
    if len(text := str(number)) <= TEXT_LENGTH_WITHIN and "E" not in text:
        return number
    if number.adjusted() > VALUE_MAGNITUDE_MAX.adjusted() or number.copy_abs() > VALUE_MAGNITUDE_MAX:
        raise ValueRefused(
            "value-out-of-range",
            "Số liệu quá lớn: giá trị tuyệt đối không được vượt quá 10^15. Kiểm tra lại đơn vị tính.",
            "The number is too large: at most 10^15 either side of zero. Check the unit.",
        )
    if places_of(number) > VALUE_PLACES_MAX:
        raise too_precise(VALUE_PLACES_MAX)
    return number


def too_precise(places: int) -> ValueRefused:
    return ValueRefused(
        "value-too-precise",
        f"Số liệu có quá nhiều chữ số thập phân: tối đa {places}. Hãy làm tròn trước khi gửi.",
        f"The number has too many decimals: at most {places}. Round it before sending.",
    )


def places_of(number: Decimal) -> int:
    """How many decimals a finite number needs; trailing zeros do not count."""
    text = str(number)
    if "E" not in text:
        return len(text.partition(".")[2].rstrip("0"))
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    if exponent < -2 * VALUE_PLACES_MAX - number.adjusted():  # so many trailing zeros are not worth counting
        return -exponent
    zeros = next((place for place, digit in enumerate(reversed(digits)) if digit), None)
    return 0 if zeros is None else max(0, -exponent - zeros)


def plain(number: Decimal) -> str:
    """The number in plain digits, without exponent and without trailing zeros: one text for each number."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def value_to_text(value: IndicatorValue) -> str | None:
    """The exact form for an event or a row: plain digits, none for missing, "n/a" for not applicable."""
    if isinstance(value, Given):
        return plain(value.number)
    return NOT_APPLICABLE_TEXT if value is NOT_APPLICABLE else None


def value_from_text(text: str | None) -> IndicatorValue:
    """Reads what `value_to_text` wrote. Raises `ValueRefused`."""
    if text is None:
        return MISSING
    if text == NOT_APPLICABLE_TEXT:
        return NOT_APPLICABLE
    if not NUMBER.fullmatch(text) and text.strip("+-").casefold() not in NOT_FINITE:
        raise ValueRefused(
            "value-not-a-number",
            f"“{shown(text)}” không phải là số. Dùng dấu chấm thập phân, không tách hàng nghìn; để trống nếu thiếu, n/a nếu không áp dụng.",
            f"“{shown(text)}” is not a number. Use a decimal point, no thousands separator; blank when missing, n/a when not applicable.",
        )
    return Given(bounded(Decimal(text)))


def parse_values(raw: Mapping[str, object], pointer: str = "/values") -> tuple[dict[str, IndicatorValue], tuple[ValueProblem, ...]]:
    """Read all values of a report; the problems name every value that was refused."""
    values: dict[str, IndicatorValue] = {}
    problems: list[ValueProblem] = []
    for code, item in raw.items():
        try:
            values[code] = parse_value(item)
        except ValueRefused as refused:
            problems.append(refused.at(pointer_to(pointer, code)))
    return values, tuple(problems)


def check_values(plan: Plan, values: Mapping[str, IndicatorValue], pointer: str = "/values") -> tuple[ValueProblem, ...]:
    """Everything in the values that the plan does not allow; none when the report can be taken."""
    criteria = {leaf.code: leaf for leaf in plan.leaves}
    events = {event.code: event for event in plan.events}
    problems: list[ValueProblem] = []
    for text, value in values.items():
        code = CriterionCode(text)
        if code in criteria:
            found = criterion_faults(criteria[code], value)
        elif code in events:
            found = event_faults(events[code], value)
        else:
            found = iter((unknown_criterion(text, [*criteria, *events]),))
        problems.extend(fault.at(pointer_to(pointer, text)) for fault in found)
    return tuple(problems)


def criterion_faults(criterion: Criterion, value: IndicatorValue) -> Iterator[ValueRefused]:
    """What the criterion does not allow of a value; an absent one is always allowed, its effect is the plan's."""
    if isinstance(value, Absence):
        return
    number, name = value.number, criterion.code
    if number < criterion.value_minimum:
        yield too_small(name, number, criterion.value_minimum)
    if criterion.value_maximum is not None and number > criterion.value_maximum:
        yield too_large(name, number, criterion.value_maximum)
    if criterion.value_places is not None and places_of(number) > criterion.value_places:
        yield too_precise(criterion.value_places)
    if isinstance(criterion.measure, CountMeasure) and places_of(number):
        yield not_whole(name)
    if isinstance(criterion.measure, BooleanMeasure) and number not in {0, 1}:
        yield not_yes_or_no(name)


def event_faults(event: EventAdjustment, value: IndicatorValue) -> Iterator[ValueRefused]:
    """A bonus or penalty is reported as a whole count within its maximum."""
    if isinstance(value, Absence):
        return
    if value.number < 0:
        yield too_small(event.code, value.number, Decimal(0))
    if value.number > event.count_maximum:
        yield too_large(event.code, value.number, Decimal(event.count_maximum))
    if places_of(value.number):
        yield not_whole(event.code)


def too_small(name: str, number: Decimal, minimum: Decimal) -> ValueRefused:
    if minimum == 0:
        vi, en = f"Số liệu của {name} không được âm (đã gửi {plain(number)}).", f"{name} may not be negative (it was {plain(number)})."
        return ValueRefused("value-negative", vi, en)
    return ValueRefused(
        "value-below-allowed",
        f"Số liệu của {name} phải từ {plain(minimum)} trở lên (đã gửi {plain(number)}).",
        f"{name} must be at least {plain(minimum)} (it was {plain(number)}).",
    )


def too_large(name: str, number: Decimal, maximum: Decimal) -> ValueRefused:
    return ValueRefused(
        "value-above-allowed",
        f"Số liệu của {name} không được vượt quá {plain(maximum)} (đã gửi {plain(number)}). Kiểm tra lại đơn vị tính và mẫu số.",
        f"{name} may be at most {plain(maximum)} (it was {plain(number)}). Check the unit and the denominator.",
    )


def not_whole(name: str) -> ValueRefused:
    return ValueRefused("value-not-whole", f"Số liệu của {name} là số đếm, phải là số nguyên.", f"{name} is a count: write a whole number.")


def not_yes_or_no(name: str) -> ValueRefused:
    return ValueRefused("value-not-yes-or-no", f"Số liệu của {name} phải là 1 (có) hoặc 0 (không).", f"{name} must be 1 (yes) or 0 (no).")


def unknown_criterion(code: str, known: Iterable[str]) -> ValueRefused:
    nearest = nearest_codes(code, map(str, known))
    hint_vi = f" Có phải là {', '.join(nearest)}?" if nearest else " Xem danh sách tiêu chí trong kế hoạch."
    hint_en = f" Did you mean {', '.join(nearest)}?" if nearest else " See the criteria in the plan."
    return ValueRefused(
        "criterion-unknown",
        f"Kế hoạch không có tiêu chí “{shown(code)}”.{hint_vi}",
        f"The plan has no criterion “{shown(code)}”.{hint_en}",
    )


def nearest_codes(code: str, known: Iterable[str]) -> list[str]:
    """The known codes that look most like a wrong one; letter case is not a difference."""
    by_folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(code[:SHOWN_LENGTH_MAX].casefold(), by_folded, n=NEAREST_MAX, cutoff=0.5)
    return [by_folded[one] for one in found]


def shown(text: str) -> str:
    """Enough of a foreign text to recognise it in a sentence, and no more."""
    return text if len(text) <= SHOWN_LENGTH_MAX else text[: SHOWN_LENGTH_MAX - 1] + "…"


def pointer_to(base: str, key: str) -> str:
    """A JSON pointer to a member; a key of any length is shown in part."""
    return f"{base}/{shown(key).replace('~', '~0').replace('/', '~1')}"
