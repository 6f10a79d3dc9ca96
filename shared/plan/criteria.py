"""Criteria and their measures: how an indicator value becomes points. A closed set of measures, no expression language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.plan.codes import AgencyCode, CriterionCode


class Direction(StrEnum):
    """Whether a larger or a smaller indicator value is the better one."""

    HIGHER = "higher"
    LOWER = "lower"


class OnAbsent(StrEnum):
    """What a criterion does when a value is missing or not applicable."""

    ZERO = "zero"
    EXCLUDE = "exclude"  # the criterion is left out and its maximum is redistributed over the others
    BLOCK = "block"  # no total, hence no rank


class WhenNobody(StrEnum):
    """What it means that nobody in the cluster has a value for a criterion."""

    MISSING = "missing"  # each unit's own rule for a missing value applies
    NOT_MEASURED = "not-measured"  # the criterion counts for nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsMeasure:
    """The value is the points, cut at the cap where the plan gives one."""

    cap: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioMeasure:
    """Maximum × value / target (or target / value where lower is better), never above the maximum.

    The value is a share that the agency reports; the denominator says in words what it is a share *of*.
    """

    target: Decimal
    denominator_vi: str
    denominator_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A step: the points for a value of at least (lower is better: at most) the bound."""

    bound: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BandsMeasure:
    """The first band, from the best, that the value reaches; `otherwise` when it reaches none."""

    bands: tuple[Band, ...]
    otherwise: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanMeasure:
    """1 (yes) takes the maximum and 0 (no) takes nothing; the reverse where lower is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountMeasure:
    """So many points for each one counted, up to the maximum; where lower is better, so many taken off the maximum, down to zero."""

    points_each: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyTarget:
    """The target of one agency, where it differs from the measure's own."""

    agency: AgencyCode
    target: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderScaledMeasure:
    """Half the maximum at the target; above it the cluster's leader takes the maximum and others a part by relative excess."""

    target: Decimal
    targets: tuple[AgencyTarget, ...] = ()


Measure = PointsMeasure | RatioMeasure | BandsMeasure | BooleanMeasure | CountMeasure | LeaderScaledMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A leaf of the tree of criteria: what an agency reports one value for. `maximum` is in points, `value_…` in its unit."""

    code: CriterionCode
    name_vi: str
    name_en: str
    measure: Measure
    on_missing: OnAbsent
    on_not_applicable: OnAbsent
    when_nobody: WhenNobody = WhenNobody.MISSING
    direction: Direction = Direction.HIGHER
    maximum: Decimal | None = None
    unit_vi: str = ""
    unit_en: str = ""
    clause: str = ""
    value_minimum: Decimal = Decimal(0)
    value_maximum: Decimal | None = None
    value_places: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionGroup:
    """A node of the tree of criteria. Where it states a maximum, its members' maxima add up to it."""

    code: CriterionCode
    name_vi: str
    name_en: str
    members: tuple[Criterion | CriterionGroup, ...]
    maximum: Decimal | None = None


def leaves_of(criteria: tuple[Criterion | CriterionGroup, ...]) -> Iterator[Criterion]:
    """Every leaf under the given nodes, in the order of the plan."""
    for node in criteria:
        if isinstance(node, Criterion):
            yield node
        else:
            yield from leaves_of(node.members)
