"""Plans small enough to see whole in a test."""

from shared.plan.document import read_plan
from shared.plan.types import Plan

HEAD = """
movement: small
version: 1
title_vi: Phong trào nhỏ
title_en: A small movement
effective_from: 2023-01-01
total_places: 2
"""
PERIODS = """
periods:
  - {code: H1, from: 2023-01-01, to: 2023-06-30, due: 2023-07-10, grace_days: 2, close: 2023-07-31}
"""
AGENCIES = """
agencies:
  - {code: a, name_vi: Đơn vị A, name_en: Unit A, aliases: [Alpha]}
  - {code: b, name_vi: Đơn vị B, name_en: Unit B}
  - {code: c, name_vi: Đơn vị C, name_en: Unit C}
  - {code: d, name_vi: Đơn vị D, name_en: Unit D}
"""


def criterion(code: str, measure: str = "points", more: str = "", missing: str = "zero", not_applicable: str = "zero") -> str:
    """One line of the list of criteria."""
    rules = f"on_missing: {missing}, on_not_applicable: {not_applicable}"
    return f"  - {{code: {code}, name_vi: Tiêu chí {code}, name_en: Criterion {code}, measure: {measure}, {rules}{more}}}\n"


def text_of(*criteria: str, more: str = "", periods: str = PERIODS, agencies: str = AGENCIES) -> str:
    return HEAD + "criteria:\n" + "".join(criteria) + more + periods + agencies


def small_plan(*criteria: str, more: str = "", periods: str = PERIODS, agencies: str = AGENCIES) -> Plan:
    return read_plan(text_of(*criteria, more=more, periods=periods, agencies=agencies))
