"""The plan of a movement as frozen values: what `shared.plan.document` reads and every service may rely on.

A plan is immutable once used and identified by its content hash. Codes are text without slashes, amounts are exact
decimals, days are local (Asia/Ho_Chi_Minh) and inclusive. Every sentence exists in Vietnamese and in English.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.plan.codes import (
    AgencyCode,
    ClusterCode,
    CriterionCode,
    MovementCode,
    PeriodCode,
    Sentence,
)
from shared.plan.criteria import (
    AgencyTarget,
    Band,
    BandsMeasure,
    BooleanMeasure,
    CountMeasure,
    Criterion,
    CriterionGroup,
    Direction,
    LeaderScaledMeasure,
    Measure,
    OnAbsent,
    PointsMeasure,
    RatioMeasure,
    WhenNobody,
    leaves_of,
)
from shared.plan.rules import (
    Adjustments,
    AllQualified,
    Among,
    Appraisal,
    AwardRule,
    Comparison,
    Condition,
    Covers,
    DossierItem,
    EventAdjustment,
    FirstOf,
    Grade,
    LateRule,
    Selection,
    ShareOf,
    ShareRounding,
    Subject,
    TieKey,
    TiesAtLine,
    TieStep,
    VoteRule,
)

__all__ = [
    "Adjustments",
    "AgencyCode",
    "AgencyTarget",
    "AllQualified",
    "Among",
    "Appraisal",
    "AwardRule",
    "Band",
    "BandsMeasure",
    "BooleanMeasure",
    "Cluster",
    "ClusterCode",
    "Comparison",
    "Condition",
    "CountMeasure",
    "Covers",
    "Criterion",
    "CriterionCode",
    "CriterionGroup",
    "Direction",
    "DossierItem",
    "DueMoves",
    "EventAdjustment",
    "FirstOf",
    "Grade",
    "Holiday",
    "LateRule",
    "LeaderScaledMeasure",
    "LegalBasis",
    "Measure",
    "MovementCode",
    "OnAbsent",
    "Period",
    "PeriodCode",
    "Plan",
    "PlanAgency",
    "PointsMeasure",
    "RatioMeasure",
    "Selection",
    "Sentence",
    "ShareOf",
    "ShareRounding",
    "Subject",
    "TieKey",
    "TieStep",
    "TiesAtLine",
    "VoteRule",
    "WhenNobody",
    "leaves_of",
]


class DueMoves(StrEnum):
    """What becomes of a due day on a weekend or holiday."""

    STAYS = "stays"
    NEXT_WORKING_DAY = "next-working-day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days on which nobody works, the first and the last among them: a public holiday, or the days of Tết."""

    from_date: date
    to_date: date
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A reporting period. All days are local and inclusive; without a due day nothing is ever late.

    `due` is as the plan writes it; lateness is judged by `shared.plan.calendar.due_day`, which knows the days off.
    """

    code: PeriodCode
    from_date: date
    to_date: date
    name_vi: str = ""
    name_en: str = ""
    cut_off: date | None = None
    due: date | None = None
    grace_days: int = 0
    close: date | None = None
    due_moves: DueMoves = DueMoves.STAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgency:
    """Who reports. Renamed, merged or closed units keep their identity by aliases, validity days and successor."""

    code: AgencyCode
    name_vi: str
    name_en: str
    aliases: tuple[str, ...] = ()
    gso_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: AgencyCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Agencies that are ranked against one another."""

    code: ClusterCode
    name_vi: str
    name_en: str
    members: tuple[AgencyCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    citation_vi: str
    citation_en: str
    effective_from: date | None = None
    note_vi: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rules of one movement. `leaves` and `reportable` are derived: the criteria, and all codes a report may carry."""

    movement: MovementCode
    version: int
    title_vi: str
    title_en: str
    effective_from: date
    criteria: tuple[Criterion | CriterionGroup, ...]
    agencies: tuple[PlanAgency, ...]
    clusters: tuple[Cluster, ...]
    periods: tuple[Period, ...]
    total_places: int
    test: bool = False
    illustrative: bool = False
    notice_vi: str = ""
    notice_en: str = ""
    legal_basis: tuple[LegalBasis, ...] = ()
    adjustments: Adjustments = field(default_factory=Adjustments)
    grades: tuple[Grade, ...] = ()
    tie_break: tuple[TieStep, ...] = ()
    awards: tuple[AwardRule, ...] = ()
    vetoes: tuple[Condition, ...] = ()  # a unit that meets one gets no award of the plan; nothing is taken off its points
    appraisal: Appraisal | None = None
    full_marks: Decimal = Decimal(100)  # a grade looks at no more of a total than this
    criteria_maximum: Decimal | None = None  # what the maxima of the criteria are said to add up to
    holidays: tuple[Holiday, ...] = ()
    made_up_days: tuple[date, ...] = ()  # days of a weekend that are worked, in exchange for a day off elsewhere
    content_hash: str = ""
    leaves: tuple[Criterion, ...] = field(init=False, compare=False, repr=False)
    events: tuple[EventAdjustment, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leaves", tuple(leaves_of(self.criteria)))
        object.__setattr__(self, "events", self.adjustments.bonuses + self.adjustments.penalties)
