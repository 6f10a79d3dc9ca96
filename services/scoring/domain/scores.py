"""The score of every unit of a cluster, each point explained. The parts of the explanation add up to the total exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from shared.plan.types import AgencyCode, Criterion, CriterionCode, Grade, Period, Plan, Sentence
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
    CAP = "cap"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """What counts of a unit's report: its standing version, its values, when it was received, and its own view of its points."""

    version: int
    values: Mapping[str, IndicatorValue]
    submitted_at: datetime | None = None
    self_scores: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of the explanation: points that were added or (negative) taken off, and the figures that they follow from."""

    kind: PartKind
    code: str
    points: Decimal
    state: State = State.GIVEN
    value: Decimal | None = None
    trace: tuple[tuple[str, Decimal], ...] = ()
    criterion: Criterion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTotal:
    """Why a unit has no total: a stable code, the criteria concerned, and the sentence."""

    code: str
    criteria: tuple[CriterionCode, ...]
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    agency: AgencyCode
    version: int | None
    submitted_at: datetime | None
    parts: tuple[Part, ...]
    total: Decimal | None
    grade: Grade | None
    no_total: tuple[NoTotal, ...]


def score_cluster(plan: Plan, period: Period, inputs: Mapping[AgencyCode, ReportInput | None]) -> dict[AgencyCode, Score]:
    """Score every member of a cluster; none in place of a report means that nothing was submitted."""
    raise NotImplementedError


def score_document(score: Score) -> dict[str, object]:
    """The score with its sentences as canonical JSON values: the same score gives the same bytes."""
    raise NotImplementedError
