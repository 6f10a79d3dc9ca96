"""A report as it counts, and a score taken apart: each part is a line of the explanation with the figures that it follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from shared.plan.types import AgencyCode, Criterion, CriterionCode, EventAdjustment, Grade, MovementCode, PeriodCode, Sentence
from shared.plan.values import IndicatorValue


class State(StrEnum):
    """Four different things; a given zero is `given`."""

    GIVEN = "given"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"
    NOT_MEASURED = "not-measured"


class PartKind(StrEnum):
    CRITERION = "criterion"
    REDISTRIBUTION = "redistribution"
    BONUS = "bonus"
    PENALTY = "penalty"
    LATE = "late"
    LIMIT = "limit"
    ROUNDING = "rounding"


PENALTIES = frozenset({PartKind.PENALTY, PartKind.LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraised:
    """What the standing body made of a criterion: beside it the value that the unit reported, and the points, if they were set by hand."""

    reported: IndicatorValue
    reason: str
    points: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """What counts of a unit's report: its standing version, its values, when it was received, and its own view of its points.

    Once the report was appraised, `values` are the appraised ones, `appraised` keeps what was reported and why it was changed, and
    `appraisal` names the act by its revision.
    """

    version: int
    values: Mapping[str, IndicatorValue]
    submitted_at: datetime | None = None
    self_scores: Mapping[str, Decimal] = field(default_factory=dict)
    appraised: Mapping[str, Appraised] = field(default_factory=dict)
    appraisal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of the explanation: points that were added or (negative) taken off, unrounded, and where they come from.

    `trace` names the figures of the rule beside the value. A self-score is kept for comparison; it never counts.
    """

    kind: PartKind
    code: str
    points: Decimal
    state: State = State.GIVEN
    value: Decimal | None = None
    trace: tuple[tuple[str, Decimal], ...] = ()
    source: Criterion | EventAdjustment | None = None
    self_score: Decimal | None = None
    appraised: Appraised | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTotal:
    """Why a unit has no total: a stable code, the criteria concerned, and the sentence."""

    code: str
    criteria: tuple[CriterionCode, ...]
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The points of one unit in one period under one plan. With a total, the points of the parts add up to it exactly."""

    movement: MovementCode
    plan_hash: str
    period: PeriodCode
    agency: AgencyCode
    version: int | None
    submitted_at: datetime | None
    parts: tuple[Part, ...]
    no_total: tuple[NoTotal, ...]
    total: Decimal | None = None
    grade: Grade | None = None
