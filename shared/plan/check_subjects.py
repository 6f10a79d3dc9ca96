"""Naming and looking at parts of a plan: codes are used once, name what exists, and a condition can be met."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from shared.plan.reading import Reading
from shared.plan.types import Comparison, Condition, Criterion, CriterionGroup, Plan, PointsMeasure, Subject, leaves_of
from shared.plan.values import nearest_codes, plain


def nodes_of(criteria: Iterable[Criterion | CriterionGroup]) -> Iterator[Criterion | CriterionGroup]:
    """Every criterion and group of the tree."""
    for node in criteria:
        yield node
        if isinstance(node, CriterionGroup):
            yield from nodes_of(node.members)


def note_repeated(reading: Reading, things: Iterable[object]) -> None:
    seen: set[str] = set()
    for thing in things:
        code = str(getattr(thing, "code"))  # noqa: B009 - the kinds share the field, not a type
        if code in seen:
            vi, en = f"Mã “{code}” đã được dùng ở trên; mỗi mã chỉ dùng một lần.", f"The code “{code}” is used above; use each code once."
            reading.note_at(thing, "code", "code-repeated", vi, en)
        seen.add(code)


def note_unknown(reading: Reading, thing: object, key: str, code: str, known: Collection[str]) -> None:
    """Note a code that names nothing, with the nearest that do."""
    if code in known or code in reading.unread_codes:
        return
    nearest = ", ".join(nearest_codes(code, known))
    vi = f"Không có mã “{code}” trong kế hoạch." + (f" Có phải là {nearest}?" if nearest else "")
    en = f"The plan has no “{code}”." + (f" Did you mean {nearest}?" if nearest else "")
    reading.note_at(thing, key, "code-unknown", vi, en)


def check_subject(plan: Plan, reading: Reading, thing: object, criterion: str | None, *, needed: bool, leaf: bool) -> None:
    """A rule that looks at points or a value names the criterion; any other names none."""
    if criterion is None and needed:
        vi, en = "Thiếu khóa “criterion”: xét tiêu chí nào?", "The key “criterion” is required: which one is looked at?"
        reading.note_at(thing, "criterion", "criterion-absent", vi, en)
    elif criterion is not None and not needed:
        vi, en = "Quy tắc này không xét riêng tiêu chí nào; bỏ khóa “criterion”.", "This rule looks at no criterion; leave “criterion” out."
        reading.note_at(thing, "criterion", "criterion-unneeded", vi, en)
    elif criterion is not None:
        with_value = [leaf.code for leaf in plan.leaves] + [event.code for event in plan.events]
        with_points = [one.code for one in nodes_of(plan.criteria)]
        note_unknown(reading, thing, "criterion", criterion, with_value if leaf else with_points)


def check_condition(plan: Plan, reading: Reading, condition: Condition) -> None:
    """A condition looks at something that exists, and some unit could meet it."""
    needed = condition.subject in {Subject.POINTS, Subject.VALUE}
    check_subject(plan, reading, condition, condition.criterion, needed=needed, leaf=condition.subject is Subject.VALUE)
    most = most_of(plan, condition)
    if condition.comparison is Comparison.AT_LEAST and most is not None and condition.limit > most:
        vi = f"Điều kiện này không đơn vị nào đạt được: nhiều nhất chỉ là {plain(most)}. Hãy hạ limit."
        en = f"No unit can meet this condition: {plain(most)} is the most there is. Lower the limit."
        reading.note_at(condition, "limit", "condition-unreachable", vi, en)


def most_of(plan: Plan, condition: Condition) -> Decimal | None:
    """The largest figure that a condition could find; none where the plan sets no bound to it."""
    if condition.subject is Subject.TOTAL:
        return plan.adjustments.total_maximum
    if condition.subject is Subject.PENALTY:
        return plan.adjustments.penalty_maximum
    if condition.subject is Subject.VALUE:
        return most_reported(plan, condition)
    node = next((one for one in nodes_of(plan.criteria) if one.code == condition.criterion), None)
    return None if node is None else most_points(node)


def most_reported(plan: Plan, condition: Condition) -> Decimal | None:
    """The largest value that a report may carry for the criterion, bonus or penalty."""
    counts = {str(event.code): Decimal(event.count_maximum) for event in plan.events}
    values = {str(leaf.code): leaf.value_maximum for leaf in plan.leaves}
    return (counts | values).get(str(condition.criterion))


def most_points(node: Criterion | CriterionGroup) -> Decimal | None:
    """The most points of a criterion or group; points that the plan does not cap have no bound."""
    caps = [leaf.measure.cap if isinstance(leaf.measure, PointsMeasure) else leaf.maximum for leaf in leaves_of((node,))]
    bounded = [cap for cap in caps if cap is not None]
    return sum(bounded, Decimal(0)) if len(bounded) == len(caps) else None
