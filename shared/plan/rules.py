"""The rules around the criteria: adjustments, grades, tie-breaks, appraisal, awards. What the law asks is data: clause, sentence, check."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.plan.codes import ClusterCode, CriterionCode


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAdjustment:
    """Points for each event of a kind, reported under `code` as a count like an indicator value; nothing reported is none."""

    code: CriterionCode
    name_vi: str
    name_en: str
    points_each: Decimal
    count_maximum: int = 1
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule:
    """Points taken off for each local day after the period's grace, never more than the maximum."""

    points_per_day: Decimal
    maximum: Decimal
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustments:
    """What is added to and taken off the sum of the criteria. Penalties are written as positive points."""

    bonuses: tuple[EventAdjustment, ...] = ()
    penalties: tuple[EventAdjustment, ...] = ()
    late: LateRule | None = None
    bonus_maximum: Decimal | None = None
    penalty_maximum: Decimal | None = None
    total_maximum: Decimal | None = None
    total_minimum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A band of min(total, full marks)."""

    code: str
    name_vi: str
    name_en: str
    at_least: Decimal


class TieKey(StrEnum):
    """What a tie-break step compares."""

    POINTS = "points"  # points of a criterion or group: more is better
    PENALTY = "penalty"  # points taken off: fewer is better
    SUBMITTED = "submitted"  # instant of submission of the version that counts: earlier is better


@dataclass(frozen=True, slots=True, kw_only=True)
class TieStep:
    """One step of the list that breaks a tie of totals. What no step decides is a joint rank."""

    by: TieKey
    criterion: CriterionCode | None = None


class Comparison(StrEnum):
    AT_LEAST = "at-least"
    AT_MOST = "at-most"


class Subject(StrEnum):
    """What a condition of an award looks at."""

    TOTAL = "total"
    POINTS = "points"  # of a criterion or group
    VALUE = "value"  # the indicator value of a criterion; an absent one does not meet the condition
    PENALTY = "penalty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of the law as data: its clause, its sentence and its check."""

    code: str
    sentence_vi: str
    sentence_en: str
    subject: Subject
    comparison: Comparison
    limit: Decimal
    criterion: CriterionCode | None = None
    clause: str = ""


class ShareRounding(StrEnum):
    DOWN = "down"
    UP = "up"
    HALF_UP = "half-up"


class Among(StrEnum):
    """Whether the first n are counted among those who meet the conditions, or among all ranked units of the cluster."""

    QUALIFIED = "qualified"
    RANKED = "ranked"


class TiesAtLine(StrEnum):
    """What happens to units with one joint rank across the line of the quota."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllQualified:
    """Every unit that meets the conditions (a threshold is a condition on the total)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOf:
    """The first n of each cluster."""

    count: int
    among: Among
    ties: TiesAtLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOf:
    """A share, in per cent, of those who meet the conditions in each cluster."""

    percent: Decimal
    rounding: ShareRounding
    ties: TiesAtLine


Selection = AllQualified | FirstOf | ShareOf


class Covers(StrEnum):
    """What an award looks back on. Over the movement, conditions hold in every period and the totals of all periods are added up."""

    PERIOD = "period"
    MOVEMENT = "movement"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierItem:
    """A paper that has to be in the dossier before the council can appraise it."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRule:
    """How many of *all* members of the council must agree, in per cent, and whether an absent one may send a written opinion.

    Where `members` says how many the council has, a vote that names another number is no vote of the council.
    """

    percent: int
    written_opinions: bool
    members: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """Whether a score counts for awards only once appraised, and how far an appraised score may be from the self-score without a reason."""

    required: bool
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardRule:
    """Which units the plan suggests for a form of commendation. People decide."""

    code: str
    form_vi: str
    form_en: str
    decided_by_vi: str
    decided_by_en: str
    selection: Selection
    conditions: tuple[Condition, ...] = ()
    clusters: tuple[ClusterCode, ...] = ()  # none named: every cluster
    clause: str = ""
    level_vi: str = ""
    level_en: str = ""
    covers: Covers = Covers.PERIOD
    quota: int | None = None  # the most over all clusters together
    again_after_years: int | None = None  # since the last one granted under this rule, and not revoked
    not_beside: tuple[str, ...] = ()  # rules whose suggestion in the same period bars this one: one achievement, one award
    dossier: tuple[DossierItem, ...] = ()
    vote: VoteRule | None = None
    public_comment_days: int | None = None  # working days
