"""`build/demo/index.html`: one page without anything from outside, for people who would rather look than read logs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.local.demo.outcome import Outcome, Score, criterion_names, names_of
from deploy.local.demo.tables import decimal_comma
from shared.plan.types import Criterion, CriterionGroup, Plan

COLOURS = ("#3b6ea8", "#d9822b", "#4f9d69", "#a34a5e", "#7a62a8", "#8c6d46", "#2f9aa0", "#c2a83e", "#6b7a8f", "#b3589a")
BAR_LEFT = 200
BAR_WIDTH = 700
BAR_STEP = 38


def write_page(outcome: Outcome, path: Path) -> None:
    """Write the page."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    environment.filters["comma"] = decimal_comma
    path.write_text(environment.get_template("page.html.j2").render(_content(outcome)), encoding="utf-8")


def _content(outcome: Outcome) -> dict[str, object]:
    names = names_of(outcome.papi) | names_of(outcome.ha_nam)
    main = outcome.steps[0].agency
    return {
        "papi": outcome.papi,
        "ha_nam": outcome.ha_nam,
        "papi_rankings": outcome.papi_rankings,
        "ha_nam_rankings": outcome.ha_nam_rankings,
        "chart": _chart(outcome),
        "unit": _unit(outcome, main),
        "other_steps": [
            {"name_vi": names[step.agency][0], "done_vi": step.done_vi, "done_en": step.done_en, "seen": step.seen}
            for step in outcome.steps
            if step.agency != main
        ],
        "timeline": outcome.timeline,
        "proposals": outcome.proposals,
        "names": names,
        "compared": outcome.compared,
        "without_total": outcome.without_total,
        "events": [(topic, sorted(counts.items())) for topic, counts in sorted(outcome.events.items())],
        "audits": outcome.audits,
        "subscribers": [(name, len(ids)) for name, ids in outcome.subscribers.items()],
    }


def _unit(outcome: Outcome, agency: str) -> dict[str, object]:
    score = outcome.scores[agency]
    criteria = criterion_names(outcome.ha_nam)
    vi, en = names_of(outcome.ha_nam)[agency]
    parts = [
        {"name_vi": name[0], "name_en": name[1], "points": part.points, "vi": part.vi, "en": part.en}
        for part in score.parts
        for name in [criteria.get(part.criterion, (part.criterion, ""))]
    ]
    steps = [step for step in outcome.steps if step.agency == agency]
    return {"name_vi": vi, "name_en": en, "parts": parts, "total": score.total, "steps": steps}


def _chart(outcome: Outcome) -> dict[str, object]:
    """Draw one bar for each district, one piece for each group of criteria."""
    groups = {str(group.code): group for group in outcome.ha_nam.criteria}
    colours = {code: COLOURS[place % len(COLOURS)] for place, code in enumerate(groups)}
    ranked = [row for row in outcome.ha_nam_rankings[0].rows if row.rank is not None]
    widest = max((row.total or Decimal(0) for row in ranked), default=Decimal(1))
    bars = []
    for place, row in enumerate(ranked):
        points = _points_by_group(outcome.ha_nam, outcome.scores[row.agency])
        pieces, end = _pieces(points, groups, colours, widest)
        bars.append({"name": row.name_vi, "y": place * BAR_STEP + 4, "pieces": pieces, "end": end, "total": decimal_comma(row.total)})
    legend = [{"vi": group.name_vi, "en": group.name_en, "colour": colours[code]} for code, group in groups.items()]
    return {"height": len(ranked) * BAR_STEP + 8, "bars": bars, "legend": legend}


def _points_by_group(plan: Plan, score: Score) -> dict[str, Decimal]:
    group_of = {leaf: str(group.code) for group in plan.criteria for leaf in _leaves(group)}
    points: dict[str, Decimal] = {}
    for part in score.parts:
        if part.criterion in group_of and part.points is not None:
            group = group_of[part.criterion]
            points[group] = points.get(group, Decimal(0)) + part.points
    return points


def _leaves(node: Criterion | CriterionGroup) -> Sequence[str]:
    if isinstance(node, Criterion):
        return [str(node.code)]
    return [leaf for member in node.members for leaf in _leaves(member)]


def _pieces(
    points: Mapping[str, Decimal], groups: Mapping[str, Criterion | CriterionGroup], colours: Mapping[str, str], widest: Decimal
) -> tuple[list[dict[str, object]], float]:
    pieces: list[dict[str, object]] = []
    x = float(BAR_LEFT)
    for code, group in groups.items():
        width = float(max(points.get(code, Decimal(0)), Decimal(0)) / widest) * BAR_WIDTH
        title = f"{group.name_vi}: {decimal_comma(points.get(code))}"
        pieces.append({"x": round(x, 1), "width": round(width, 1), "colour": colours[code], "title": title})
        x += width
    return pieces, round(x, 1)
