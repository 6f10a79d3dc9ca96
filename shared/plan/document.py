"""A plan as a document: read from YAML, carried in events as JSON, identified by the hash of its canonical form.

The hash does not change with layout, comments, order of keys, or a default written out; it changes with any rule.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from shared.plan.checks import check_plan
from shared.plan.problems import PlanInvalid, PlanProblem
from shared.plan.reading import Reading, attempt
from shared.plan.schema import PLAN
from shared.plan.shorthand import written_out
from shared.plan.types import Plan
from shared.plan.yaml_tree import read_yaml

PLAN_BYTES_MAX = 900_000  # of its canonical form: the whole plan travels in one event, which may have 1,000,000 bytes

STAND_INS = {"movement": "x", "version": 1, "title_vi": "x", "title_en": "x", "effective_from": "2000-01-01", "total_places": 10}

__all__ = ["PlanInvalid", "PlanProblem", "plan_document", "plan_from_document", "read_plan"]


def read_plan(text: str) -> Plan:
    """Read a plan from YAML. Raises `PlanInvalid` with every problem at once."""
    data, reading = read_yaml(text)
    return checked(data, reading)


def plan_document(plan: Plan) -> dict[str, object]:
    """The canonical form: text, whole numbers, true or false, lists and objects only; decimals and days are text."""
    return PLAN.write(plan)


def plan_from_document(document: Mapping[str, object]) -> Plan:
    """Read what `plan_document` made. Raises `PlanInvalid`."""
    return checked(dict(document), Reading(marks={}))


def canonical_bytes(plan: Plan) -> bytes:
    return json.dumps(plan_document(plan), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash_of(plan: Plan) -> str:
    return "sha256:" + hashlib.sha256(canonical_bytes(plan)).hexdigest()


def checked(data: object, reading: Reading) -> Plan:
    """The plan, once its form and its rules hold. A broken rule that may follow from a fault of form beside it is not named."""
    document = written_out(data)
    plan = attempt(PLAN, reading, document, "") if data is not None else None
    if isinstance(plan, Plan):
        note_broken_rules(plan, reading)
        note_size(plan, reading)
    if isinstance(plan, Plan) and not reading.problems:
        return replace(plan, content_hash=content_hash_of(plan))
    if not isinstance(plan, Plan) and isinstance(document, dict):
        note_rules_of_the_rest(document, reading)
    raise PlanInvalid(tuple(sorted(reading.problems, key=lambda one: (one.line, one.column))))


def note_rules_of_the_rest(document: Mapping[str, object], reading: Reading) -> None:
    """A plan whose head cannot be read, as its version, has rules all the same: they are looked at with a head that stands in."""
    faulty = {problem.pointer.partition("/")[2].partition("/")[0] for problem in reading.problems}
    head = {key: value for key, value in STAND_INS.items() if key not in document or key in faulty}
    scratch = Reading(marks=reading.marks)
    plan = attempt(PLAN, scratch, {**document, **head}, "")
    if isinstance(plan, Plan):
        reading.pointers, reading.unread_codes = scratch.pointers, scratch.unread_codes
        note_broken_rules(plan, reading)


def note_broken_rules(plan: Plan, reading: Reading) -> None:
    rules = Reading(marks=reading.marks, pointers=reading.pointers, unread_codes=reading.unread_codes)
    check_plan(plan, rules)
    faulty = tuple(problem.pointer for problem in reading.problems)
    reading.problems.extend(problem for problem in rules.problems if not follows(problem.pointer, faulty))


def note_size(plan: Plan, reading: Reading) -> None:
    size = len(canonical_bytes(plan))
    if size > PLAN_BYTES_MAX:
        vi = f"Kế hoạch dài {size} byte, tối đa {PLAN_BYTES_MAX}: rút ngắn tên, bỏ bí danh không dùng, hoặc chia thành nhiều phong trào."
        en = f"The plan takes {size} bytes, at most {PLAN_BYTES_MAX}: shorten names, drop unused aliases, or split the movement."
        reading.note("", "plan-too-large", vi, en)


def follows(pointer: str, faulty: tuple[str, ...]) -> bool:
    """Whether a fault of form lies in the same object, so that the broken rule may be no more than its consequence."""
    owner = "/criteria" if pointer == "/criteria_maximum" else pointer.rpartition("/")[0]  # the sum is one of the criteria
    return bool(owner) and any(fault.startswith(owner + "/") for fault in faulty)
