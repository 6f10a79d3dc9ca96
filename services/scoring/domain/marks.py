"""Marks say that something may have moved a score. What they say of each agency becomes the cause that is announced with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class CauseKind(StrEnum):
    """What moved the score."""

    REPORT = "report"
    RETURN = "return"
    WITHDRAWAL = "withdrawal"
    PLAN = "plan"
    PERIOD = "period"
    CLUSTER = "cluster"
    APPRAISAL = "appraisal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a score is computed again; `agency` is whose report it was, if another's."""

    kind: CauseKind
    agency: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark on an agency, or on the whole cluster where no agency is named. A higher id was appended later."""

    id: int
    agency: str | None
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMark:
    """A mark to be appended: on an agency, whose cluster need not be known yet, or on a cluster."""

    movement: str
    period: str
    cluster: str | None = None
    agency: str | None = None
    cause: Cause


def cause_for(agency: str, marks: Sequence[Mark]) -> Cause:
    """An agency's own latest mark tells its cause; else the latest on the whole cluster; else another agency moved it."""
    own = [mark for mark in marks if mark.agency == agency]
    whole = [mark for mark in marks if mark.agency is None]
    others = [mark for mark in marks if mark.agency is not None]
    if own or whole:
        return max(own or whole, key=lambda mark: mark.id).cause
    if not others:
        return Cause(kind=CauseKind.CLUSTER)
    latest = max(others, key=lambda mark: mark.id)
    return Cause(kind=CauseKind.CLUSTER, agency=latest.agency, traceparent=latest.cause.traceparent)


def causes_for(agencies: Sequence[str], marks: Sequence[Mark]) -> dict[str, Cause]:
    """The cause for each agency, looking only at the marks that can bear on it."""
    own: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda mark: mark.id):
        own[mark.agency or ""] = mark
    latest = list(own.values())
    bearing = {agency: [own[agency]] if agency in own else latest for agency in agencies}
    return {agency: cause_for(agency, seen) for agency, seen in bearing.items()}
