"""Sending a report, reading its versions, returning and withdrawing one."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from services.reporting.acts.returning import Returning
from services.reporting.api.desk import Body, Desk
from services.reporting.api.documents import ReceiptDocument, VersionDocument, receipt_document, version_document
from services.reporting.contract import REPORTS_SENT
from services.reporting.contract.letters import Letter, read_letter
from services.reporting.contract.sentences import http_problem
from services.reporting.contract.telling import VersionNamed
from services.reporting.domain.scopes import Scope
from services.reporting.domain.sending import Channel
from services.reporting.store import receipts as store
from services.reporting.store.registry import find_movement
from shared.events.fields import CODE_LENGTH_MAX, TEXT_LENGTH_MAX, Instant
from shared.events.intake import ReportSent
from shared.http.access import Caller, Role, require
from shared.http.problems import Problem
from shared.http.requests import router
from shared.tracing import current_traceparent

Code = Annotated[str, Path(min_length=1, max_length=CODE_LENGTH_MAX)]
Version = Annotated[int, Path(ge=1, le=1_000_000)]
Reason = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX, description="Why, in words.")]
ITEMS_MAX = 500

ID_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The report's id, for plain JSON; a CloudEvent has its own. One of the two is required.",
    "schema": {"type": "string", "maxLength": CODE_LENGTH_MAX},
}
REPORT_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": ReportSent.model_json_schema()},
        "application/cloudevents+json": {"schema": {"type": "object", "required": ["specversion", "id", "source", "type", "data"]}},
    },
}

FromSource = Annotated[Caller, Depends(require(Role.SOURCE))]
FromStandingBody = Annotated[Caller, Depends(require(Role.STANDING_BODY))]
FromReader = Annotated[Caller, Depends(require(Role.SOURCE, Role.STANDING_BODY, Role.OBSERVER, Role.COUNCIL, Role.OPERATOR))]


class Item(Body):
    """One criterion that must be mended."""

    criterion: str = Field(min_length=1, max_length=CODE_LENGTH_MAX)
    comment: Reason


class ReturnBody(Body):
    """Why a report goes back, and what must be mended."""

    reason: Reason
    items: list[Item] = Field(default_factory=list, max_length=ITEMS_MAX)


class WithdrawBody(Body):
    """Why a report is withdrawn."""

    reason: Reason


class Voided(BaseModel):
    """A version that no longer counts, and since when."""

    movement: str
    period: str
    agency: str
    version: int
    state: str
    at: Instant


class Versions(BaseModel):
    """All accepted versions, highest first."""

    items: list[VersionDocument]
    next: None = None


def report_routes(desk: Desk) -> APIRouter:
    """Routes of reports."""
    routes = router(tags=["reports"])
    routes.add_api_route(
        "/v1/reports",
        sending(desk),
        methods=["POST"],
        status_code=201,
        summary="Send a report: plain JSON with Idempotency-Key, or a CloudEvent (binary or structured).",
        responses={200: {"model": ReceiptDocument, "description": "The same was sent before; this is its receipt."}},
        openapi_extra={"parameters": [ID_HEADER], "requestBody": REPORT_BODY},
    )

    @routes.get("/v1/reports/{movement}/{period}/{agency}")
    async def versions(movement: Code, period: Code, agency: Code, caller: FromReader) -> Versions:
        """Read every accepted version of a report."""
        caller.demand(movement=movement, agency=agency)
        if await find_movement(desk.pool, movement) is None:
            raise Problem("not-found")
        held = await store.versions_of(desk.pool, movement, period, agency)
        return Versions(items=[version_document(version, store.state_of(version, held)) for version in held])

    @routes.post("/v1/reports/{movement}/{period}/{agency}/{version}/return")
    async def return_(movement: Code, period: Code, agency: Code, version: Version, body: ReturnBody, caller: FromStandingBody) -> Voided:
        """Return the version that counts, with what must be mended; it counts no longer."""
        caller.demand(movement=movement, agency=agency)
        named = VersionNamed(movement=movement, period=period, agency=agency, version=version)
        items = tuple((item.criterion, item.comment) for item in body.items)
        at = await desk.reports.return_(named, Returning(reason=body.reason, items=items), caller.name)
        return Voided(movement=movement, period=period, agency=agency, version=version, state="returned", at=at)

    @routes.post("/v1/reports/{movement}/{period}/{agency}/{version}/withdraw")
    async def withdraw(movement: Code, period: Code, agency: Code, version: Version, body: WithdrawBody, caller: FromSource) -> Voided:
        """Withdraw a version and all below it, also those that are still to come."""
        caller.demand(movement=movement, agency=agency)
        named = VersionNamed(movement=movement, period=period, agency=agency, version=version)
        at = await desk.reports.withdraw(named, body.reason, caller.name)
        return Voided(movement=movement, period=period, agency=agency, version=version, state="withdrawn", at=at)

    return routes


def sending(desk: Desk) -> Callable[..., Awaitable[ReceiptDocument]]:
    """The route that takes reports."""

    async def send(request: Request, response: Response, caller: FromSource) -> ReceiptDocument:
        """Send one report. The same again gives the same receipt; what can not be taken is a problem with its place in the body."""
        if caller.source is None:
            raise Problem("source-unknown", source=caller.name)
        received_at = desk.clock.now()
        letter = Letter(
            source=caller.source,
            channel=Channel.HTTP,
            place="",
            received_at=received_at,
            headers=letter_headers(request),
            body=await request.body(),
            scope=Scope(movements=caller.movements, agencies=caller.agencies),
        )
        sent = read_letter(letter)
        if not sent.event_id:
            raise http_problem((*sent.problems, *sent.draft.problems))
        received = await desk.intake.receive(desk.transactions, sent)
        receipt = await store.find_receipt(desk.pool, received.receipt, REPORTS_SENT.name)
        if receipt is None:
            raise Problem("unavailable")
        location = {"location": f"/v1/receipts/{receipt.receipt}"}
        if receipt.problems:
            raise http_problem(receipt.problems, location)
        response.headers.update(location)
        response.status_code = 201 if received.is_new else 200
        return receipt_document(receipt)

    return send


def letter_headers(request: Request) -> tuple[tuple[str, bytes | None], ...]:
    """The headers that say something of the letter, as they came, by the names that they have on Kafka; all others are not the letter's."""
    own = [(name.decode("latin-1").lower(), value) for name, value in request.headers.raw]
    attributes = [(f"ce_{name.removeprefix('ce-')}", value) for name, value in own if name.startswith("ce-")]
    plain = [(name, value) for name, value in own if name in {"idempotency-key", "content-type"}]
    return (*attributes, *plain, ("traceparent", current_traceparent().encode()))
