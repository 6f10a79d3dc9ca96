"""Receipts: one, with a wait for what is to come, and lists of them. A source sees its own and nobody else's."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.reporting.api.desk import Desk
from services.reporting.api.documents import ReceiptDocument, receipt_document
from services.reporting.contract import REPORTS_SENT
from services.reporting.domain.versions import REACHED, ReceiptState
from services.reporting.store import receipts as store
from services.reporting.store.receipts import Receipt
from shared.events.fields import CODE_LENGTH_MAX
from shared.http.access import Caller, Role, require
from shared.http.paging import Page, Paging, cursor_of, paging
from shared.http.problems import Problem
from shared.http.requests import router

WAIT_SECONDS_MAX = 30
LOOK_SECONDS = 0.1
LOOK_SECONDS_LONGEST = 0.5
SCAN_ROWS = 500
SCANS_MAX = 10

FromReader = Annotated[Caller, Depends(require(Role.SOURCE, Role.STANDING_BODY, Role.OPERATOR, Role.OBSERVER))]


def receipt_routes(desk: Desk) -> APIRouter:
    """Routes of receipts."""
    routes = router(tags=["receipts"])

    @routes.get("/v1/receipts/{receipt}")
    async def one(
        receipt: str,
        caller: FromReader,
        wait: Annotated[float, Query(ge=0, le=WAIT_SECONDS_MAX, description="Seconds to wait for `until`.")] = 0,
        until: Annotated[ReceiptState, Query(description="accepted, scored or locked; whatever can no longer become it ends the wait.")] = (
            ReceiptState.SCORED
        ),
    ) -> ReceiptDocument:
        """Read what became of a report, or wait until it has come so far."""
        if until not in REACHED:
            raise Problem("choice-unknown", field="until", allowed=", ".join(REACHED))
        found = await waited(desk, id_in(receipt), min(wait, desk.wait_seconds_max), until, caller)
        return receipt_document(found)

    @routes.get("/v1/receipts")
    async def many(
        caller: FromReader,
        asked: Annotated[Paging, Depends(paging)],
        state: ReceiptState | None = None,
        source: Annotated[str | None, Query(max_length=CODE_LENGTH_MAX)] = None,
    ) -> Page[ReceiptDocument]:
        """Read receipts in the order in which they were made."""
        if Role.SOURCE in caller.roles:
            source = source or caller.source
        caller.demand(source=source)
        return await scanned(desk, source, state, asked, lambda found: reaches(caller, found))

    return routes


def id_in(text: str) -> uuid.UUID:
    """Read the id; what is none names nothing."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Problem("not-found") from error


def reaches(caller: Caller, receipt: Receipt) -> bool:
    """A source sees each rejection of what it sent, whatever it names; all else must lie within the reach of the key."""
    if not caller.reaches_source(receipt.source):
        return False
    if receipt.state is ReceiptState.REJECTED and Role.SOURCE in caller.roles:
        return True
    movement = receipt.movement is None or caller.reaches_movement(receipt.movement)
    return movement and (receipt.agency is None or caller.reaches_agency(receipt.agency))


async def waited(desk: Desk, receipt: uuid.UUID, seconds: float, until: ReceiptState, caller: Caller) -> Receipt:
    """Look until the receipt has come so far, or the time is over; the wait between two looks grows."""
    deadline, pause = asyncio.get_running_loop().time() + seconds, LOOK_SECONDS
    while True:
        found = await store.find_receipt(desk.pool, receipt, REPORTS_SENT.name)
        if found is None:
            raise Problem("not-found")
        if not reaches(caller, found):
            caller.demand(movement=found.movement, agency=found.agency, source=found.source)
        left = deadline - asyncio.get_running_loop().time()
        if found.state in REACHED[until] or left <= 0:
            return found
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, LOOK_SECONDS_LONGEST)


async def scanned(
    desk: Desk, source: str | None, state: ReceiptState | None, asked: Paging, wanted: Callable[[Receipt], bool]
) -> Page[ReceiptDocument]:
    """Scan on from the cursor until the page is full; states are judged when read, so a page may end early, with a cursor to go on."""
    number, items = number_in(asked), list[Receipt]()
    accepted = None if state is None else state is not ReceiptState.REJECTED
    for _ in range(SCANS_MAX):
        rows = await store.receipts_after(desk.pool, source, accepted, number, SCAN_ROWS)
        fitting = [row for row in rows if (state is None or row.state is state) and wanted(row)]
        items += fitting[: asked.limit - len(items)]
        full = len(items) == asked.limit
        number = items[-1].number if full else rows[-1].number if rows else number
        if full or len(rows) < SCAN_ROWS:
            more = full and (len(rows) == SCAN_ROWS or rows[-1].number > number)
            return Page(items=[receipt_document(item) for item in items], next=cursor_of([str(number)]) if more else None)
    return Page(items=[receipt_document(item) for item in items], next=cursor_of([str(number)]))


def number_in(asked: Paging) -> int:
    """The place that the cursor names."""
    if asked.after is None:
        return 0
    text = asked.after[0]
    if not text.isdecimal() or len(text) > 18:
        raise Problem("cursor-invalid")
    return int(text)
