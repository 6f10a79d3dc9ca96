"""Sending many reports in one request: one answer of 207 that tells the outcome of each by its place."""

import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.reporting.acts.intake import Received
from services.reporting.api.desk import Desk
from services.reporting.api.reports import FromSource
from services.reporting.contract.bundles import ARRAYS, ITEMS_MAX, LINES, letters_in
from services.reporting.contract.letters import Letter, media_type_in, read_letter
from services.reporting.contract.sentences import http_problem, note_fact, problem_fact
from services.reporting.domain.problems import problem
from services.reporting.domain.scopes import Scope
from services.reporting.domain.sending import Channel, Sent
from services.reporting.store import receipts as store
from services.reporting.store.receipts import Receipt
from shared.events.fields import NoteFact, ProblemFact
from shared.http.problems import Problem
from shared.http.requests import router
from shared.tracing import current_traceparent

PATH = "/v1/reports/batch"
EVENT = {"type": "object", "required": ["id", "data"]}
MANY = {"schema": {"type": "array", "maxItems": ITEMS_MAX, "items": EVENT}}
BUNDLE_BODY = {"required": True, "content": {**dict.fromkeys(ARRAYS, MANY), LINES: {"schema": EVENT}}}


class ItemOutcome(BaseModel):
    """What became of one item; the receipt holds the rest."""

    index: int = Field(description="Its place in the bundle, from 0.", ge=0)
    status: int = Field(description="What sending it alone would have been answered with.", examples=[201])
    event_id: str | None = Field(description="The item's id; none where it has none that can be kept.")
    receipt: str | None = Field(description="Read it at /v1/receipts/…; none for an item without an id: nothing to keep it under.")
    notes: list[NoteFact]
    problems: list[ProblemFact] = Field(description="All that is wrong with it, each with its place in the item's data.")


class BundleOutcome(BaseModel):
    """The outcome of each item, in order, and how many there are of each kind."""

    accepted: int
    repeated: int
    rejected: int
    items: list[ItemOutcome]


def bundle_routes(desk: Desk) -> APIRouter:
    """Routes of bundles."""
    routes = router(tags=["reports"])
    routes.add_api_route(
        PATH,
        sending(desk),
        methods=["POST"],
        status_code=207,
        summary=f"Send up to {ITEMS_MAX:,} reports: a JSON array, a CloudEvents batch, or one JSON object a line.",
        openapi_extra={"requestBody": BUNDLE_BODY},
    )
    return routes


def sending(desk: Desk) -> Callable[..., Awaitable[BundleOutcome]]:
    """The route that takes bundles."""

    async def send(request: Request, caller: FromSource) -> BundleOutcome:
        """Take in each report by itself. What is answered is kept; a bundle that was cut off is sent again as it is."""
        if caller.source is None:
            raise Problem("source-unknown", source=caller.name)
        about = Letter(
            source=caller.source,
            channel=Channel.HTTP,
            place="",
            received_at=desk.clock.now(),
            headers=(("traceparent", current_traceparent().encode()),),
            body=None,
            scope=Scope(movements=caller.movements, agencies=caller.agencies),
        )
        letters = letters_in(await request.body(), media_type_in(request.headers), about)
        return await taken_in(desk, letters)

    return send


async def taken_in(desk: Desk, letters: list[Letter]) -> BundleOutcome:
    """Take in all letters that can be named, and tell of each; those that time did not suffice for are to be sent again."""
    sent = [read_letter(letter) for letter in letters]
    named = [one for one in sent if one.event_id]
    received = await desk.intake.receive_all(desk.transactions, named, desk.wait_seconds_max / 2)
    receipts = await store.find_receipts(desk.pool, [each.receipt for each in received])
    answers = iter(received)
    items = [outcome_of(index, one, next(answers, None) if one.event_id else None, receipts) for index, one in enumerate(sent)]
    counted = Counter(item.status for item in items)
    return BundleOutcome(accepted=counted[201], repeated=counted[200], rejected=len(items) - counted[201] - counted[200], items=items)


def outcome_of(index: int, sent: Sent, received: Received | None, receipts: Mapping[uuid.UUID, Receipt]) -> ItemOutcome:
    """Tell what became of one item."""
    receipt = receipts[received.receipt] if received is not None else None
    unread = (*sent.problems, *sent.draft.problems) if not sent.event_id else (problem("unavailable"),)
    problems = receipt.problems if receipt is not None else unread
    taken = 201 if received is not None and received.is_new else 200
    return ItemOutcome(
        index=index,
        status=http_problem(problems).status if problems else taken,
        event_id=sent.event_id or None,
        receipt=str(receipt.receipt) if receipt is not None else None,
        notes=[note_fact(note) for note in (receipt.notes if receipt is not None else sent.notes)],
        problems=[problem_fact(each) for each in problems],
    )
