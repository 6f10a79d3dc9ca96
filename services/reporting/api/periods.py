"""Periods: opening, extending, closing, reopening, and how complete they are."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, Field

from services.reporting.acts.periods import Bidding
from services.reporting.acts.refusal import refusals_told
from services.reporting.api.desk import Body, Desk, body_or_default
from services.reporting.api.documents import (
    PeriodDocument,
    PeriodWithMembers,
    ReopeningDocument,
    period_document,
    period_with_members,
    reopening_document,
)
from services.reporting.api.reports import Code, FromStandingBody, Reason
from services.reporting.domain.judging import PlanInForce
from services.reporting.domain.periods import FrozenCluster, PeriodState, ReportingPeriod, Window, frozen_clusters
from services.reporting.domain.versions import completeness
from services.reporting.store import periods as store
from shared.events.fields import TEXT_LENGTH_MAX
from shared.http.access import Caller, Role, require
from shared.http.problems import Problem
from shared.http.requests import router
from shared.plan.periods import close_instant, due_instant, grace_instant
from shared.plan.types import Period, Plan

PERIOD = "/v1/movements/{movement}/periods/{period}"

# At the ends of the calendar an instant has no local day.
MOMENT_FIRST, MOMENT_LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=MOMENT_FIRST, le=MOMENT_LAST)]

FromSecondPerson = Annotated[Caller, Depends(require(Role.STANDING_BODY, Role.COUNCIL))]
FromAnyone = Annotated[Caller, Depends(require(*Role))]


class ExtendBody(Body):
    """The new dates; one that is left out stays."""

    due_at: Moment | None = None
    grace_ends_at: Moment | None = None
    closes_at: Moment | None = None
    reason: Reason


class CloseBody(Body):
    """Needed before the closing instant only."""

    reason: str | None = Field(default=None, max_length=TEXT_LENGTH_MAX)


class ReopenBody(Body):
    """Why, and until when; without a date it stays open until it is closed."""

    reason: Reason
    closes_at: Moment | None = None


class ConfirmBody(Body):
    """Which request is confirmed, by its number."""

    request: int = Field(ge=1, le=2**63 - 1, description="Number of the request, as the period tells it.")


CLOSE_BODY = {"required": False, "content": {"application/json": {"schema": CloseBody.model_json_schema()}}}


def period_routes(desk: Desk) -> APIRouter:
    """Routes of periods."""
    routes = router(tags=["periods"])

    @routes.post(PERIOD + "/open", status_code=201)
    async def open_(movement: Code, period: Code, caller: FromStandingBody) -> PeriodDocument:
        """Open a period: its members are frozen now."""
        return period_document(await desk.periods.open(bidding(caller, movement, period)))

    @routes.post(PERIOD + "/extend")
    async def extend(movement: Code, period: Code, body: ExtendBody, caller: FromStandingBody) -> PeriodDocument:
        """Move the dates of an open period, with a reason."""
        wanted = Window(due_at=utc(body.due_at), grace_ends_at=utc(body.grace_ends_at), closes_at=utc(body.closes_at))
        return period_document(await desk.periods.extend(bidding(caller, movement, period, body.reason), wanted))

    @routes.post(PERIOD + "/close", status_code=202, openapi_extra={"requestBody": CLOSE_BODY})
    async def close(movement: Code, period: Code, request: Request, caller: FromStandingBody) -> PeriodDocument:
        """Begin to close: it is closed when all that was handed in before is read."""
        body = await body_or_default(request, CloseBody)
        return period_document(await desk.periods.close(bidding(caller, movement, period, body.reason)))

    @routes.post(PERIOD + "/reopen", status_code=202)
    async def reopen(movement: Code, period: Code, body: ReopenBody, caller: FromStandingBody) -> ReopeningDocument:
        """Ask for a closed period to be reopened, with a reason; another person confirms it."""
        asked = await desk.periods.ask_to_reopen(bidding(caller, movement, period, body.reason), utc(body.closes_at))
        return reopening_document(asked)

    @routes.post(PERIOD + "/reopen/confirm")
    async def confirm(movement: Code, period: Code, body: ConfirmBody, caller: FromSecondPerson) -> PeriodDocument:
        """Confirm what another person asked: the period is open again."""
        return period_document(await desk.periods.reopen(bidding(caller, movement, period), body.request))

    @routes.get(PERIOD)
    async def one(movement: Code, period: Code, caller: FromAnyone) -> PeriodWithMembers:
        """Read a period with its members and how many of them have reported."""
        caller.demand(movement=movement)
        force = await force_of(desk, movement)
        found = await store.find_period(desk.pool, movement, period)
        return await opened_period(desk, found) if found is not None else planned(force, period)

    return routes


def bidding(caller: Caller, movement: str, period: str, reason: str | None = None) -> Bidding:
    """Say who does what to which period; the caller's key must reach the movement."""
    caller.demand(movement=movement)
    return Bidding(movement=movement, period=period, actor=caller.name, reason=reason)


def utc(instant: datetime | None) -> datetime | None:
    """The same instant in UTC."""
    return None if instant is None else instant.astimezone(UTC)


async def force_of(desk: Desk, movement: str) -> PlanInForce:
    """The plan in force; a movement that is not there is not found."""
    force = (await desk.plans.in_force(desk.pool, [movement])).get(movement)
    if force is None:
        raise Problem("not-found")
    return force


async def all_periods(desk: Desk, movement: str) -> list[PeriodDocument]:
    """The periods of the plan, each as it stands, and those that only an earlier plan had."""
    force = await force_of(desk, movement)
    found = await store.periods_of_movement(desk.pool, movement)
    planned_ones = {period.code: planned_document(force.plan, period) for period in force.plan.periods}
    return [*(planned_ones | {code: period_document(period) for code, period in found.items()}).values()]


def planned_document(plan: Plan, period: Period) -> PeriodDocument:
    """A period that only the plan knows yet."""
    return PeriodDocument(
        movement=plan.movement,
        period=period.code,
        state=PeriodState.PLANNED,
        from_date=period.from_date,
        to_date=period.to_date,
        due_at=due_instant(plan, period),
        grace_ends_at=grace_instant(plan, period),
        closes_at=close_instant(period),
    )


def planned(force: PlanInForce, code: str) -> PeriodWithMembers:
    """A planned period with the members that it would have if it were opened now."""
    with refusals_told():
        clusters = frozen_clusters(force.plan, code)
    period = next(each for each in force.plan.periods if each.code == code)
    nobody = [None for cluster in clusters for _ in cluster.members]
    return period_with_members(planned_document(force.plan, period), clusters, completeness(nobody, Window()))


async def opened_period(desk: Desk, period: ReportingPeriod) -> PeriodWithMembers:
    """An opened period with its frozen members."""
    members = await store.members_standing(desk.pool, period)
    clusters = tuple(
        FrozenCluster(code=cluster, members=tuple(member.agency for member in group))
        for cluster, group in store.by_cluster(members).items()
    )
    count = completeness([member.submitted_at for member in members], period.window)
    asked = await store.find_reopening(desk.pool, period.movement, period.code)
    return period_with_members(period_document(period), clusters, count, asked)
