"""A second calculation of scores, ranks and suggestions: slow, obvious, in exact fractions. It shares no code with the product.

It is written from `docs/plans.md`, reads a plan as the plain lists and texts that its YAML holds, and takes each rule in turn
for each unit. Nothing is rounded but the total, once, half away from zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

Plan = Mapping[str, Any]
Number = Fraction
NOTHING = Number(0)
HOURS_AHEAD = timedelta(hours=7)  # Viet Nam keeps one time all year


@dataclass
class Sent:
    """A report: each value a text, none for missing, "n/a" for not applicable; and when it came."""

    values: Mapping[str, str | None]
    submitted_at: datetime | None = None


@dataclass
class Reckoned:
    """What a unit gets. Without a total, `total` is none."""

    total: Number | None
    points: dict[str, Number] = field(default_factory=dict)
    values: dict[str, Number | None] = field(default_factory=dict)
    penalty: Number = NOTHING
    submitted_at: datetime | None = None
    grade: str | None = None


def half_away(number: Number, places: int) -> Number:
    """Round, a half away from zero."""
    scaled = abs(number) * 10**places
    whole = int(scaled)
    if scaled - whole >= Number(1, 2):
        whole += 1
    return Number(whole if number >= 0 else -whole, 10**places)


def leaves(nodes: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        found += leaves(node["members"]) if "members" in node else [node]
    return found


def kind_of(criterion: Any) -> str:
    measure = criterion["measure"]
    return str(measure if isinstance(measure, str) else measure["kind"])


def limit(rules: Any, key: str) -> Number | None:
    return Number(rules[key]) if rules.get(key) is not None else None


def given(sent: Sent | None, code: str) -> Number | None:
    text = sent.values.get(code) if sent else None
    return None if text in {None, "n/a"} else Number(str(text))


def own_target(criterion: Any, agency: str) -> Number:
    for one in criterion["measure"].get("targets", []):
        if one["agency"] == agency:
            return Number(one["target"])
    return Number(criterion["measure"]["target"])


def measured(criterion: Any, agency: str, value: Number, cluster: Mapping[str, Sent | None]) -> Number:
    """The points of a value, by the table in the page on plans."""
    measure, is_lower = criterion["measure"], criterion.get("direction") == "lower"
    maximum = Number(criterion.get("maximum", 0))
    match kind_of(criterion):
        case "points":
            cap = None if isinstance(measure, str) else limit(measure, "cap")
            return value if cap is None or value < cap else cap
        case "ratio":
            target = Number(measure["target"])
            if value <= target if is_lower else value >= target:
                return maximum
            quotient = maximum * target / value if is_lower else maximum * value / target
            return max(NOTHING, quotient)
        case "bands":
            reached = [
                band for band in measure["bands"] if (value <= Number(band["bound"]) if is_lower else value >= Number(band["bound"]))
            ]
            return Number(reached[0]["points"] if reached else measure["otherwise"])
        case "boolean":
            return maximum if (value == 0) == is_lower else NOTHING
        case "count":
            counted = Number(measure["points_each"]) * value
            return max(NOTHING, maximum - counted) if is_lower else min(maximum, counted)
    return beside_leader(criterion, agency, value, cluster)


def beside_leader(criterion: Any, agency: str, value: Number, cluster: Mapping[str, Sent | None]) -> Number:
    """Half the maximum at the target; above it the leader's excess, relative to its own target, is what others are held against."""
    half, target = Number(criterion["maximum"]) / 2, own_target(criterion, agency)
    if value <= target:
        return max(NOTHING, half * value / target)
    shares = {}
    for other, sent in cluster.items():
        reached = given(sent, criterion["code"])
        if reached is not None:
            shares[other] = (reached - own_target(criterion, other)) / own_target(criterion, other)
    leader = max(shares, key=lambda one: shares[one])
    leads = given(cluster[leader], criterion["code"])
    assert leads is not None
    its_target = own_target(criterion, leader)
    return half + half * (value - target) * its_target / (target * (leads - its_target))


def due_day(plan: Plan, period: Any) -> date | None:
    if "due" not in period:
        return None
    day = date.fromisoformat(str(period["due"]))
    while period.get("due_moves") == "next-working-day" and not is_worked(plan, day):
        day += timedelta(days=1)
    return day


def is_worked(plan: Plan, day: date) -> bool:
    if day.isoformat() in [str(one) for one in plan.get("made_up_days", [])]:
        return True
    off = [(str(one["from"]), str(one["to"])) for one in plan.get("holidays", [])]
    return day.weekday() < 5 and not any(first <= day.isoformat() <= last for first, last in off)


def late_points(plan: Plan, period: Any, sent: Sent) -> Number:
    rule, due = plan.get("adjustments", {}).get("late"), due_day(plan, period)
    if rule is None or due is None or sent.submitted_at is None:
        return NOTHING
    came = (sent.submitted_at.replace(tzinfo=None) + HOURS_AHEAD).date()
    days = (came - due).days - int(period.get("grace_days", 0))
    return min(Number(rule["maximum"]), Number(rule["points_per_day"]) * max(0, days))


def reckon(plan: Plan, period: Any, agency: str, cluster: Mapping[str, Sent | None]) -> Reckoned:
    """One unit, from its report to its grade."""
    sent = cluster[agency]
    if sent is None:
        return Reckoned(total=None)
    criteria = [one for one in leaves(plan["criteria"]) if not is_unmeasured(one, cluster)]
    found = Reckoned(total=None, submitted_at=sent.submitted_at)
    for one in leaves(plan["criteria"]):
        value = given(sent, one["code"])
        found.values[one["code"]] = value
        found.points[one["code"]] = NOTHING if value is None else measured(one, agency, value, cluster)
    rules = {one["code"]: rule_for(one, sent) for one in criteria}
    whole = sum((Number(one.get("maximum", 0)) for one in criteria), NOTHING)
    left = sum((Number(one.get("maximum", 0)) for one in criteria if rules[one["code"]] != "exclude"), NOTHING)
    is_shared = "exclude" in rules.values()
    if "block" in rules.values() or not criteria or (is_shared and left == 0):
        return found
    total = sum(found.points.values(), NOTHING)
    add_up(plan, period, sent, found, total * whole / left if is_shared else total)
    return found


def is_unmeasured(criterion: Any, cluster: Mapping[str, Sent | None]) -> bool:
    """Nobody in the cluster has a value, and the plan says what that means."""
    return criterion.get("when_nobody") == "not-measured" and all(given(sent, criterion["code"]) is None for sent in cluster.values())


def rule_for(criterion: Any, sent: Sent) -> str:
    """What the plan makes of a value that is not there."""
    if given(sent, criterion["code"]) is not None:
        return ""
    return str(criterion["on_not_applicable"] if sent.values.get(criterion["code"]) == "n/a" else criterion["on_missing"])


def add_up(plan: Plan, period: Any, sent: Sent, found: Reckoned, total: Number) -> None:
    """Bonus, penalty, limits, the one rounding, the grade."""
    rules = plan.get("adjustments", {})
    bonus = sum((Number(one["points_each"]) * (given(sent, one["code"]) or 0) for one in rules.get("bonuses", [])), NOTHING)
    taken = sum((Number(one["points_each"]) * (given(sent, one["code"]) or 0) for one in rules.get("penalties", [])), NOTHING)
    taken += late_points(plan, period, sent)
    most_bonus, most_taken = limit(rules, "bonus_maximum"), limit(rules, "penalty_maximum")
    bonus = bonus if most_bonus is None else min(bonus, most_bonus)
    found.penalty = taken if most_taken is None else min(taken, most_taken)
    exact = total + bonus - found.penalty
    highest, lowest = limit(rules, "total_maximum"), limit(rules, "total_minimum")
    exact = exact if highest is None else min(exact, highest)
    exact = exact if lowest is None else max(exact, lowest)
    found.total = half_away(exact, int(plan["total_places"]))
    for grade in reversed(plan.get("grades", [])):
        if min(found.total, Number(100)) >= Number(grade["at_least"]):
            found.grade = grade["code"]


def node_points(nodes: Sequence[Any], code: str, points: Mapping[str, Number]) -> Number | None:
    """The points of a criterion or group, wherever it stands in the tree."""
    for node in nodes:
        if node["code"] == code:
            return sum((points[leaf["code"]] for leaf in leaves([node])), NOTHING)
        below = node_points(node.get("members", []), code, points)
        if below is not None:
            return below
    return None


def merits(plan: Plan, unit: Reckoned) -> list[Number]:
    """The total and then what each tie-break step compares, so that more is always better."""
    assert unit.total is not None
    found = [unit.total]
    for step in plan.get("tie_break", []):
        match step["by"]:
            case "points":
                found.append(node_points(plan["criteria"], step["criterion"], unit.points) or NOTHING)
            case "penalty":
                found.append(-unit.penalty)
            case _:
                found.append(Number(-(10**30)) if unit.submitted_at is None else -Number(unit.submitted_at.timestamp()))
    return found


def places(plan: Plan, units: Mapping[str, Reckoned]) -> dict[str, tuple[int, int]]:
    """Each ranked unit's rank, and the last step at which it parted from somebody of the same total (0: never)."""
    ranked = {agency: merits(plan, unit) for agency, unit in units.items() if unit.total is not None}
    found = {}
    for agency, own in ranked.items():
        better = sum(1 for other in ranked.values() if other > own)
        partings = [first_parting(own, other) for other in ranked.values() if other[0] == own[0] and other != own]
        found[agency] = (1 + better, max(partings, default=0))
    return found


def first_parting(one: list[Number], other: list[Number]) -> int:
    return next(step for step, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1])
