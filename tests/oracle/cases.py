"""Random plans and what is reported under them, drawn so that the edges are met often: ties, zeros, targets reached exactly, gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.oracle.reckoning import Sent

LAST_MOMENT = datetime(2023, 7, 10, 17, tzinfo=UTC)  # the first instant that is no longer the due day, in local time
MOMENTS = tuple(LAST_MOMENT + timedelta(days=days, seconds=seconds) for days in (-1, 0, 1, 2, 3, 9) for seconds in (-1, 0))
NUMBERS = ("0", "0.5", "1", "2", "3", "4", "4.999", "5", "7", "9.25", "10", "12", "33.333333333333", "1000000")
PERIOD = {"code": "H1", "from": "2023-01-01", "to": "2023-06-30", "due": "2023-07-10"}
ABSENT = ("zero", "exclude", "block", "exclude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A plan as its YAML would hold it, and what each member of each cluster sent."""

    plan: dict[str, Any]
    clusters: Mapping[str, Mapping[str, Sent | None]]


def named(code: str) -> dict[str, Any]:
    return {"code": code, "name_vi": f"Tên {code}", "name_en": f"Name {code}"}


@st.composite
def measures(draw: st.DrawFn, agencies: tuple[str, ...]) -> dict[str, Any]:
    """A measure with its maximum and direction."""
    measure: dict[str, Any]
    kind = draw(st.sampled_from(("points", "ratio", "bands", "boolean", "count", "leader-scaled")))
    maximum = draw(st.sampled_from(("1", "3", "7.5", "10", "40")))
    target, direction = draw(st.sampled_from(("1", "3", "5", "7", "95"))), draw(st.sampled_from(("higher", "lower")))
    match kind:
        case "points":
            return {"measure": {"kind": "points", "cap": maximum}, "maximum": maximum}
        case "ratio":
            measure = {"kind": kind, "target": target, "denominator_vi": "kế hoạch", "denominator_en": "plan"}
        case "bands":
            bounds = ("7", "5", "2") if direction == "higher" else ("2", "5", "7")
            steps = [{"bound": bound, "points": points} for bound, points in zip(bounds, (maximum, "0.75", "0.5"), strict=True)]
            measure = {"kind": kind, "bands": steps[: draw(st.integers(1, 3))], "otherwise": "0.25"}
        case "count":
            measure = {"kind": kind, "points_each": draw(st.sampled_from(("0.5", "1", "2.25")))}
        case "leader-scaled":
            own = [
                {"agency": agency, "target": draw(st.sampled_from(("1", "4", "5", "9")))} for agency in agencies[: draw(st.integers(0, 2))]
            ]
            return {"measure": {"kind": kind, "target": target, "targets": own}, "maximum": maximum}
        case _:
            measure = {"kind": kind}
    return {"measure": measure, "maximum": maximum, "direction": direction}


@st.composite
def criteria(draw: st.DrawFn, agencies: tuple[str, ...]) -> list[dict[str, Any]]:
    """One to five criteria, some of them in a group."""
    found = [
        named(f"c{number}")
        | draw(measures(agencies))
        | {
            "on_missing": draw(st.sampled_from(ABSENT)),
            "on_not_applicable": draw(st.sampled_from(ABSENT)),
            "when_nobody": draw(st.sampled_from(("missing", "not-measured"))),
        }
        for number in range(draw(st.integers(1, 5)))
    ]
    if draw(st.booleans()):
        return [named("g") | {"members": found[:2]}, *found[2:]]
    return found


@st.composite
def adjustments(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {
        "bonuses": [named("b") | {"points_each": draw(st.sampled_from(("1", "2.5"))), "count_maximum": 3}],
        "penalties": [named("p") | {"points_each": draw(st.sampled_from(("1", "0.25"))), "count_maximum": 3}],
    }
    if draw(st.booleans()):
        found["late"] = {"points_per_day": draw(st.sampled_from(("0.5", "2"))), "maximum": draw(st.sampled_from(("1", "5")))}
    for key, limits in (("bonus_maximum", ("0", "2", "4")), ("penalty_maximum", ("0.5", "2")), ("total_maximum", ("9", "20"))):
        if draw(st.booleans()):
            found[key] = draw(st.sampled_from(limits))
    if draw(st.booleans()):
        found["total_minimum"] = "0"
    return found


def conditions(codes: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A condition on a total, on points, on a value, or on what was taken off."""
    subjects = [
        ("total", None),
        ("penalty", None),
        *(("points", code) for code in codes),
        *(("value", code) for code in codes if code != "g"),
    ]
    return st.builds(
        lambda subject, comparison, bound: (
            {
                "code": "condition",
                "sentence_vi": "Điều kiện",
                "sentence_en": "Condition",
                "subject": subject[0],
                "comparison": comparison,
                "limit": bound,
            }
            | ({"criterion": subject[1]} if subject[1] else {})
        ),
        st.sampled_from(subjects),
        st.sampled_from(("at-least", "at-most")),
        st.sampled_from(("0", "1", "5", "9.25")),
    )


@st.composite
def awards(draw: st.DrawFn, codes: list[str]) -> list[dict[str, Any]]:
    """Up to two rules, the second of which may give way to the first."""
    ties = draw(st.sampled_from(("include", "exclude")))
    selections = (
        {"kind": "all-qualified"},
        {"kind": "first", "count": draw(st.integers(1, 3)), "among": draw(st.sampled_from(("qualified", "ranked"))), "ties": ties},
        {"kind": "share", "percent": draw(st.sampled_from(("20", "50", "33.3"))), "rounding": draw(ROUNDINGS), "ties": ties},
    )
    found = []
    for number in range(draw(st.integers(0, 2))):
        rule: dict[str, Any] = {
            "code": f"award{number}",
            "form_vi": "Bằng khen",
            "form_en": "Merit",
            "decided_by_vi": "Hội đồng",
            "decided_by_en": "Council",
        }
        rule |= {"selection": draw(st.sampled_from(selections)), "conditions": draw(st.lists(conditions(codes), max_size=1))}
        if draw(st.booleans()):
            rule["quota"] = draw(st.integers(1, 3))
        if number and draw(st.booleans()):
            rule["not_beside"] = ["award0"]
        found.append(rule)
    return found


ROUNDINGS = st.sampled_from(("down", "up", "half-up"))


def numbers_for(leaf: dict[str, Any]) -> tuple[str, ...]:
    """Values that are allowed for a criterion."""
    return {"boolean": ("0", "1"), "count": ("0", "1", "2", "3", "40")}.get(leaf["measure"]["kind"], NUMBERS)


@st.composite
def sendings(draw: st.DrawFn, leaves: list[dict[str, Any]]) -> Sent | None:
    """What a unit sends; some send nothing at all."""
    if draw(st.integers(0, 11)) == 0:
        return None
    values: dict[str, str | None] = {}
    for leaf in leaves:
        drawn = draw(st.sampled_from((*numbers_for(leaf), *numbers_for(leaf), None, "n/a", "absent")))
        values |= {} if drawn == "absent" else {leaf["code"]: drawn}
    values |= {code: draw(st.sampled_from(("0", "1", "3", None, "n/a"))) for code in ("b", "p")}
    return Sent(values=values, submitted_at=draw(st.sampled_from((None, *MOMENTS))))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A plan with one or two clusters, and the reports of their members."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2))
    members = {f"k{number}": [f"u{number}{unit}" for unit in range(size)] for number, size in enumerate(sizes)}
    agencies = tuple(agency for codes in members.values() for agency in codes)
    tree = draw(criteria(agencies))
    leaves = [leaf for node in tree for leaf in node.get("members", [node])]
    codes = [node["code"] for node in (*tree, *(leaf for node in tree for leaf in node.get("members", [])))]
    steps: list[dict[str, str]] = [{"by": "penalty"}, {"by": "submitted"}, *({"by": "points", "criterion": code} for code in codes)]
    suggested = draw(awards(codes))
    plan: dict[str, Any] = {
        "movement": "random",
        "version": 1,
        "title_vi": "Phong trào",
        "title_en": "Movement",
        "effective_from": "2023-01-01",
        "total_places": draw(st.sampled_from((0, 1, 2))),
        "criteria": tree,
        "adjustments": draw(adjustments()),
        "grades": [named("high") | {"at_least": "9"}, named("low") | {"at_least": draw(st.sampled_from(("0", "3")))}],
        "tie_break": draw(st.lists(st.sampled_from(steps), max_size=3, unique_by=str)),
        "awards": suggested,
        "vetoes": draw(st.lists(conditions(codes), max_size=1)) if suggested else [],
        "periods": [PERIOD | {"grace_days": draw(st.integers(0, 2))}],
        "agencies": [named(agency) for agency in agencies],
        "clusters": [named(code) | {"members": units} for code, units in members.items()],
    }
    return Case(plan=plan, clusters={code: {unit: draw(sendings(leaves)) for unit in units} for code, units in members.items()})


def drawn_again(case: Case, seed: int) -> dict[str, dict[str, Sent | None]]:
    """Other reports under the same plan, drawn at once; so one plan is tried with many reports."""
    draw = Random(seed)
    leaves = [leaf for node in case.plan["criteria"] for leaf in node.get("members", [node])]
    return {code: {unit: sent_at_random(draw, leaves) for unit in units} for code, units in case.clusters.items()}


def sent_at_random(draw: Random, leaves: list[dict[str, Any]]) -> Sent | None:
    """As `sendings` draws."""
    values: dict[str, str | None] = {leaf["code"]: draw.choice((*numbers_for(leaf), *numbers_for(leaf), None, "n/a")) for leaf in leaves}
    values |= {code: draw.choice(("0", "1", "3", None, "n/a")) for code in ("b", "p")}
    return Sent(values=values, submitted_at=draw.choice((None, *MOMENTS))) if draw.random() < 0.95 else None
