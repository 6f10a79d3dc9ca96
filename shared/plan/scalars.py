"""Single values of a document: how each is read strictly and written in its one canonical form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from shared.plan.reading import Reading, out_of_range, wrong_type
from shared.plan.values import plain, shown

CODE_PATTERN = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
AMOUNT_MAGNITUDE_MAX = Decimal(10) ** 15
AMOUNT_PLACES_MAX = 12
DAY_FIRST, DAY_LAST = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text in composed Unicode (NFC) on one line, without blanks around it."""

    length_max: int = 1000
    empty_allowed: bool = True

    def read(self, reading: Reading, data: object, pointer: str) -> str:
        if not isinstance(data, str):
            raise wrong_type(reading, pointer, "chữ (đặt trong dấu ngoặc kép nếu cần)", "text (in quotation marks if need be)")
        text = unicodedata.normalize("NFC", " ".join(data.split()))
        if len(text) > self.length_max:
            raise reading.refuse(
                pointer,
                "text-too-long",
                f"Chữ quá dài: tối đa {self.length_max} ký tự.",
                f"The text is too long: at most {self.length_max} characters.",
            )
        if not text and not self.empty_allowed:
            raise reading.refuse(pointer, "text-empty", "Không được để trống.", "This may not be empty.")
        return text

    def write(self, value: object) -> object:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code: letters, digits, dots, hyphens and underscores, beginning and ending with a letter or digit."""

    length_max: int = 100

    def read(self, reading: Reading, data: object, pointer: str) -> str:
        text = str(data) if isinstance(data, int) and not isinstance(data, bool) else data
        if not isinstance(text, str):
            raise wrong_type(reading, pointer, "một mã", "a code")
        if len(text) > self.length_max or not re.fullmatch(CODE_PATTERN, text):
            raise reading.refuse(
                pointer,
                "code-malformed",
                f"Mã “{shown(text)}” không hợp lệ: chỉ dùng chữ không dấu, chữ số, dấu chấm, gạch nối, tối đa {self.length_max} ký tự.",
                f"“{shown(text)}” is not a code: use plain letters, digits, dots and hyphens, at most {self.length_max} characters.",
            )
        return text

    def write(self, value: object) -> object:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    minimum: int = 0
    maximum: int = 1_000_000

    def read(self, reading: Reading, data: object, pointer: str) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            raise wrong_type(reading, pointer, "số nguyên", "a whole number")
        if not self.minimum <= data <= self.maximum:
            raise out_of_range(reading, pointer, str(self.minimum), str(self.maximum))
        return data

    def write(self, value: object) -> object:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An exact decimal. The canonical form is text, so that no reader makes a float of it."""

    minimum: Decimal = -AMOUNT_MAGNITUDE_MAX
    maximum: Decimal = AMOUNT_MAGNITUDE_MAX
    above: Decimal | None = None

    def read(self, reading: Reading, data: object, pointer: str) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | Decimal | str):
            raise wrong_type(reading, pointer, "số", "a number")
        try:
            number = Decimal(data)
        except InvalidOperation:
            raise wrong_type(reading, pointer, "số (dùng dấu chấm thập phân)", "a number (with a decimal point)") from None
        self.judge(reading, number, pointer)
        return number

    def judge(self, reading: Reading, number: Decimal, pointer: str) -> None:
        if self.above is not None and number.is_finite() and number <= self.above:
            vi, en = f"Số ở đây phải lớn hơn {plain(self.above)}.", f"The number here must be greater than {plain(self.above)}."
            raise reading.refuse(pointer, "number-too-small", vi, en)
        if not number.is_finite() or not self.minimum <= number <= self.maximum:
            raise out_of_range(reading, pointer, plain(self.minimum if self.above is None else self.above), plain(self.maximum))
        if number.as_tuple().exponent < -AMOUNT_PLACES_MAX:  # type: ignore[operator]  # finite, so it is a number
            vi, en = f"Tối đa {AMOUNT_PLACES_MAX} chữ số thập phân.", f"At most {AMOUNT_PLACES_MAX} decimals."
            raise reading.refuse(pointer, "number-too-precise", vi, en)

    def write(self, value: Decimal) -> object:
        return plain(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    def read(self, reading: Reading, data: object, pointer: str) -> bool:
        if not isinstance(data, bool):
            raise wrong_type(reading, pointer, "true hoặc false", "true or false")
        return data

    def write(self, value: object) -> object:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day, far enough from the ends of the calendar that the days around it, in any time zone, exist too."""

    def read(self, reading: Reading, data: object, pointer: str) -> date:
        day = day_of(data)
        if day is None:
            raise wrong_type(
                reading, pointer, "ngày có thật, dạng NĂM-THÁNG-NGÀY (ví dụ 2023-02-22)", "a real day as YEAR-MONTH-DAY (2023-02-22)"
            )
        if not DAY_FIRST <= day <= DAY_LAST:
            vi, en = f"Ngày phải từ {DAY_FIRST} đến {DAY_LAST}.", f"The day must be from {DAY_FIRST} to {DAY_LAST}."
            raise reading.refuse(pointer, "day-out-of-range", vi, en)
        return day

    def write(self, value: date) -> object:
        return value.isoformat()


def day_of(data: object) -> date | None:
    if not isinstance(data, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", data):
        return None
    try:
        return date.fromisoformat(data)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    options: type[StrEnum]

    def read(self, reading: Reading, data: object, pointer: str) -> StrEnum:
        if isinstance(data, str) and data in set(self.options):
            return self.options(data)
        allowed = ", ".join(self.options)
        raise reading.refuse(pointer, "choice-unknown", f"Chọn một trong các giá trị: {allowed}.", f"Choose one of: {allowed}.")

    def write(self, value: object) -> object:
        return str(value)
