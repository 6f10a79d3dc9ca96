"""A plan as a document: read from YAML, carried in events as JSON, identified by the hash of its canonical form.

The hash does not change with layout, comments, order of keys, or a default written out; it changes with any rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.plan.problems import PlanInvalid, PlanProblem
from shared.plan.types import Plan

__all__ = ["PlanInvalid", "PlanProblem", "plan_document", "plan_from_document", "read_plan"]


def read_plan(text: str) -> Plan:
    """Read a plan from YAML. Raises `PlanInvalid` with every problem at once."""
    raise NotImplementedError


def plan_document(plan: Plan) -> dict[str, object]:
    """The canonical form: text, whole numbers, true or false, lists and objects only; decimals and days are text."""
    raise NotImplementedError


def plan_from_document(document: Mapping[str, object]) -> Plan:
    """Read what `plan_document` made. Raises `PlanInvalid`."""
    raise NotImplementedError
