"""A period takes reports from its opening until its closing instant; its members are frozen when it opens; only an act moves its dates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.reporting.domain.problems import Problem, Refused, problem
from shared.plan.periods import close_instant, due_instant, grace_instant
from shared.plan.types import Period, Plan, PlanAgency


class PeriodState(StrEnum):
    """Planned in the plan, open for reports, closing while the last ones are still read, closed."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The instants that matter, each the first that no longer belongs: on time, free of penalty, taken at all."""

    due_at: datetime | None = None
    grace_ends_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingPeriod:
    """A period that was opened, with the dates that hold for it now."""

    movement: str
    code: str
    state: PeriodState
    plan_hash: str
    from_date: date
    to_date: date
    window: Window
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def key(self) -> str:
        """The key under which it is locked."""
        return f"{self.movement}/{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenCluster:
    """The members of a cluster, as they were when the period opened."""

    code: str
    members: tuple[str, ...]


def planned_period(plan: Plan, code: str) -> Period:
    """The period as the plan has it; refused where the plan has none of this code."""
    for period in plan.periods:
        if period.code == code:
            return period
    raise Refused([problem("period-unknown", movement=plan.movement, period=code)])


def opened(plan: Plan, code: str, now: datetime) -> ReportingPeriod:
    """Open a period with the dates of the plan. A closing day that is past by then says nothing any more: an act closes the period."""
    period = planned_period(plan, code)
    closes_at = close_instant(period)
    still_to_come = closes_at if closes_at is not None and closes_at > now else None
    return ReportingPeriod(
        movement=plan.movement,
        code=code,
        state=PeriodState.OPEN,
        plan_hash=plan.content_hash,
        from_date=period.from_date,
        to_date=period.to_date,
        window=Window(due_at=due_instant(plan, period), grace_ends_at=grace_instant(plan, period), closes_at=still_to_come),
        opened_at=now,
    )


def frozen_clusters(plan: Plan, code: str) -> tuple[FrozenCluster, ...]:
    """Who reports: each cluster's members that exist in the period; a cluster without any is left out."""
    period = planned_period(plan, code)
    existing = {agency.code for agency in plan.agencies if exists_in(agency, period)}
    clusters = (
        FrozenCluster(code=cluster.code, members=tuple(sorted(existing.intersection(cluster.members)))) for cluster in plan.clusters
    )
    return tuple(cluster for cluster in clusters if cluster.members)


def exists_in(agency: PlanAgency, period: Period) -> bool:
    """An agency exists in a period when it is valid on the period's last day."""
    begun = agency.valid_from is None or agency.valid_from <= period.to_date
    return begun and (agency.valid_to is None or agency.valid_to >= period.to_date)


def is_late(submitted_at: datetime, window: Window) -> bool:
    """Late is what was handed in when the due day was over; without a due day nothing is late."""
    return window.due_at is not None and submitted_at >= window.due_at


def is_after_close(submitted_at: datetime, period: ReportingPeriod) -> bool:
    """A period takes nothing once it is closed, and nothing that was handed in after its closing instant."""
    closes_at = period.window.closes_at
    return period.state is PeriodState.CLOSED or (closes_at is not None and submitted_at >= closes_at)


def extended(period: ReportingPeriod, wanted: Window, now: datetime) -> ReportingPeriod:
    """Move dates of an open period; a date that is not given stays, none may move back, and they stay in order."""
    demand_state(period, PeriodState.OPEN)
    window = Window(
        due_at=wanted.due_at or period.window.due_at,
        grace_ends_at=wanted.grace_ends_at or period.window.grace_ends_at,
        closes_at=wanted.closes_at or period.window.closes_at,
    )
    if window.due_at and (window.grace_ends_at is None or window.grace_ends_at < window.due_at):
        window = replace(window, grace_ends_at=window.due_at)
    problems = [*dates_moved_back(period.window, wanted), *dates_out_of_order(window, now)]
    if problems:
        raise Refused(problems)
    return replace(period, window=window)


def dates_moved_back(held: Window, wanted: Window) -> Iterator[Problem]:
    """An extension gives time; it never takes any."""
    for field in ("due_at", "grace_ends_at", "closes_at"):
        before, after = getattr(held, field), getattr(wanted, field)
        if before is not None and after is not None and after < before:
            yield problem("field-out-of-range", f"/{field}", field=field, allowed=f">= {before.isoformat()}")


def dates_out_of_order(window: Window, now: datetime) -> Iterator[Problem]:
    """The grace does not end after the close, and the close still lies ahead."""
    if window.closes_at is None:
        return
    for field in ("due_at", "grace_ends_at"):
        instant = getattr(window, field)
        if instant is not None and instant > window.closes_at:
            yield problem("field-out-of-range", f"/{field}", field=field, allowed=f"<= {window.closes_at.isoformat()}")
    if window.closes_at <= now:
        yield problem("field-out-of-range", "/closes_at", field="closes_at", allowed=f"> {now.isoformat()}")


def closing(period: ReportingPeriod, reason: str | None, now: datetime) -> ReportingPeriod:
    """Begin to close. Before the closing instant that was set a reason is needed, and that instant becomes now.

    A close that was begun before goes on as it is.
    """
    if period.state is PeriodState.CLOSING:
        return period
    demand_state(period, PeriodState.OPEN)
    closes_at = period.window.closes_at
    if closes_at is not None and closes_at > now and not reason:
        raise Refused([problem("reason-missing", "/reason")])
    window = period.window if closes_at is not None and closes_at <= now else replace(period.window, closes_at=now)
    return replace(period, state=PeriodState.CLOSING, window=window)


def may_finish_at(period: ReportingPeriod, http_time_limit: timedelta) -> datetime | None:
    """From when on no report over HTTP can still be under way."""
    return None if period.window.closes_at is None else period.window.closes_at + http_time_limit


def closed(period: ReportingPeriod, now: datetime) -> ReportingPeriod:
    """Close for good: everything handed in before the closing instant was read."""
    demand_state(period, PeriodState.CLOSING)
    return replace(period, state=PeriodState.CLOSED, closed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """A request to reopen a closed period, named by the place of its act in the chain."""

    request: int
    reason: str
    closes_at: datetime | None
    asked_by: str
    asked_at: datetime


def demand_reopenable(period: ReportingPeriod, closes_at: datetime | None, now: datetime) -> None:
    """Only a closed period is reopened, and only until an instant that is to come."""
    demand_state(period, PeriodState.CLOSED)
    if closes_at is not None and closes_at <= now:
        raise Refused([problem("field-out-of-range", "/closes_at", field="closes_at", allowed=f"> {now.isoformat()}")])


def demand_second_person(asked: Reopening | None, period: ReportingPeriod, request: int, actor: str) -> Reopening:
    """What was asked is confirmed by another person, who has read the request that stands."""
    if asked is None:
        raise Refused([problem("reopening-not-asked", movement=period.movement, period=period.code)])
    if asked.request != request:
        raise Refused([problem("reopening-changed", "/request", request=request)])
    if asked.asked_by == actor:
        raise Refused([problem("second-person-needed")])
    return asked


def reopened(period: ReportingPeriod, asked: Reopening, now: datetime) -> ReportingPeriod:
    """Open a closed period again; without a new closing instant it stays open until an act closes it."""
    demand_reopenable(period, asked.closes_at, now)
    return replace(period, state=PeriodState.OPEN, closed_at=None, window=replace(period.window, closes_at=asked.closes_at))


def demand_state(period: ReportingPeriod, wanted: PeriodState) -> None:
    """Refuse what the state of the period does not allow."""
    if period.state is not wanted:
        code = "period-not-closed" if wanted is PeriodState.CLOSED else code_of_state(period.state)
        raise Refused([problem(code, movement=period.movement, period=period.code)])


def code_of_state(state: PeriodState) -> str:
    """The code that says in which state a period is."""
    codes = {PeriodState.CLOSED: "period-closed", PeriodState.CLOSING: "period-closing", PeriodState.OPEN: "period-already-open"}
    return codes.get(state, "period-not-open")
