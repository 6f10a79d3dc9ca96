"""Whether a comma in a sheet's numbers is a decimal comma: decided once for the whole sheet, and refused where it cannot be told.

A sheet writes its numbers in one way. With a point in one number and a comma in another, one of the two stands between thousands. In a
sheet separated by commas, 1,500 alone may be one and a half or fifteen hundred; beside 1,25 it is one and a half.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.scoring.offline.sheet import TableFault, TableInvalid
from shared.plan.values import shown

WITH_POINT = re.compile(r"[+-]?\d+\.\d+")
WITH_COMMA = re.compile(r"[+-]?\d+,\d+")
MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def has_decimal_commas(numbers: Sequence[tuple[int, str]], *, separated_by_commas: bool) -> bool:
    """Look at all texts of the sheet that stand for values, each with its line. Raises `TableInvalid`."""
    commas = [(line, text) for line, text in numbers if WITH_COMMA.fullmatch(text)]
    point = next(((line, text) for line, text in numbers if WITH_POINT.fullmatch(text)), None)
    if commas and point:
        raise mixed(commas[0], point)
    if commas and separated_by_commas and all(MAYBE_THOUSANDS.fullmatch(text) for _, text in commas):
        raise ambiguous(*commas[0])
    return bool(commas)


def mixed(comma: tuple[int, str], point: tuple[int, str]) -> TableInvalid:
    here, there = shown(comma[1]), shown(point[1])
    return fault(
        comma[0],
        "decimals-mixed",
        f"“{here}” ở đây và “{there}” ở dòng {point[0]}: hãy viết mọi số thập phân theo một cách, không tách hàng nghìn.",
        f"“{here}” here and “{there}” on line {point[0]}: write all decimals in one way, without thousands separators.",
    )


def ambiguous(line: int, text: str) -> TableInvalid:
    return fault(
        line,
        "comma-ambiguous",
        f"“{shown(text)}” có thể là số thập phân hoặc hàng nghìn; hãy dùng dấu chấm thập phân, hoặc dấu chấm phẩy để ngăn cột.",
        f"“{shown(text)}” may be a decimal or thousands; use a decimal point, or separate the columns by semicolons.",
    )


def fault(line: int, code: str, vi: str, en: str) -> TableInvalid:
    return TableInvalid([TableFault(line=line, column="", code=code, sentence_vi=vi, sentence_en=en)])
