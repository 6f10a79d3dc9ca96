"""Short ways to say a report and a score in a test."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from services.scoring.domain.scores import Part, PartKind, ReportInput, Score, score_cluster
from shared.plan.types import AgencyCode, Plan
from shared.plan.values import MISSING, NOT_APPLICABLE, Given, IndicatorValue

Values = Mapping[str, str | int | None]


def value(written: str | int | None) -> IndicatorValue:
    """None is missing, "n/a" not applicable, anything else a number."""
    if written is None:
        return MISSING
    return NOT_APPLICABLE if written == "n/a" else Given(Decimal(written))


def report(values: Values, submitted_at: datetime | None = None) -> ReportInput:
    return ReportInput(version=1, values={code: value(written) for code, written in values.items()}, submitted_at=submitted_at)


def scored(plan: Plan, reports: Mapping[str, Values | ReportInput | None]) -> dict[str, Score]:
    """Score one cluster in the plan's first period."""
    inputs = {AgencyCode(agency): one if isinstance(one, ReportInput | None) else report(one) for agency, one in reports.items()}
    return {str(agency): score for agency, score in score_cluster(plan, plan.periods[0], inputs).items()}


def scored_alone(plan: Plan, values: Values) -> Score:
    return scored(plan, {"a": values})["a"]


def points_of(score: Score) -> dict[str, str]:
    return {part.code: format(part.points.normalize(), "f") for part in score.parts}


def part_of(score: Score, code: str) -> Part:
    return next(part for part in score.parts if part.code == code)


def kinds_of(score: Score) -> list[PartKind]:
    return [part.kind for part in score.parts]


def total_of(score: Score) -> str | None:
    return None if score.total is None else format(score.total, "f")
