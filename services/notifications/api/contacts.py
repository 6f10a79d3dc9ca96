"""Where agencies' mail goes, and what became of each notice; an address is shown only to those who set it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.notifications import store
from services.notifications.domain.notices import EMAIL_PATTERN, NoticeState
from shared.database import Pool
from shared.http.access import Caller, Role, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router
from shared.messaging import Transactions

KEEPERS = require(Role.OPERATOR, Role.STANDING_BODY)
LOOKERS = require(Role.OPERATOR, Role.STANDING_BODY, Role.OBSERVER)
NUMBER_DIGITS_MAX = 18
Agency = Annotated[str, Path(min_length=1, max_length=200, description="Code of the agency.")]


class ContactAsked(BaseModel):
    """Where an agency's mail is to go."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(
        pattern=EMAIL_PATTERN, max_length=254, description="An address of the agency, not of a person.", examples=["vanthu@phuly.example"]
    )
    language: Literal["vi", "en"] = Field(default="vi", description="Language of the letters.")


class ContactShown(BaseModel):
    """Where an agency's mail goes."""

    agency: str
    email: str
    language: str
    changed_at: datetime


class NoticeShown(BaseModel):
    """Something that an agency is told by e-mail, and what became of it."""

    notice: int
    kind: str
    agency: str | None = Field(description="Whom it is for; none for the operator.")
    movement: str | None
    period: str | None
    event_source: str
    event: str = Field(description="Id of the event that gave rise to it.")
    state: NoticeState
    reason: str | None = Field(description="Why it was not sent, failed, or is uncertain.")
    detail: str | None = Field(description="What the mail server said.")
    attempts: int
    repeated: bool = Field(description="It may have been received twice, under one Message-ID.")
    message_id: str | None
    created_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None


def contact_routes(pool: Pool, transactions: Transactions) -> APIRouter:
    """Make the routes of contacts and notices."""
    routes = router(tags=["mail"])

    @routes.put("/v1/contacts/{agency}")
    async def keep_contact(agency: Agency, asked: ContactAsked, caller: Annotated[Caller, Depends(KEEPERS)]) -> ContactShown:
        """Set where an agency's mail goes."""
        caller.demand(agency=agency)
        async with transactions.begin(()) as transaction:
            await store.keep_contact(transaction, agency=agency, email=asked.email, language=asked.language, caller=caller.name)
        return await _contact(pool, agency)

    @routes.get("/v1/contacts/{agency}")
    async def show_contact(agency: Agency, caller: Annotated[Caller, Depends(KEEPERS)]) -> ContactShown:
        """Show where an agency's mail goes."""
        caller.demand(agency=agency)
        return await _contact(pool, agency)

    @routes.get("/v1/notices")
    async def list_notices(
        caller: Annotated[Caller, Depends(LOOKERS)],
        asked: Annotated[Paging, Depends(paging)],
        agency: Annotated[str | None, Query(max_length=200)] = None,
        state: NoticeState | None = None,
    ) -> Page[NoticeShown]:
        """List notices in the order in which they came up."""
        caller.demand(agency=agency)
        rows = await store.list_notices(
            pool,
            after=None if asked.after is None else _number(asked.after[0]),
            agency=agency,
            state=state,
            agencies=None if caller.agencies is None else sorted(caller.agencies),
            movements=None if caller.movements is None else sorted(caller.movements),
            limit=asked.limit + 1,
        )
        return page([_shown(row) for row in rows], asked, lambda shown: (str(shown.notice),))

    return routes


async def _contact(pool: Pool, agency: str) -> ContactShown:
    found = await store.find_contact(pool, agency)
    if found is None:
        raise Problem("contact-unknown", agency=agency)
    return ContactShown(agency=found.agency, email=found.email, language=found.language, changed_at=found.changed_at)


def _shown(row: store.ListedNotice) -> NoticeShown:
    return NoticeShown(
        notice=row.number,
        kind=row.kind,
        agency=row.agency or None,
        movement=row.movement,
        period=row.period,
        event_source=row.event_source,
        event=row.event_id,
        state=NoticeState(row.state),
        reason=row.reason,
        detail=row.detail,
        attempts=row.attempts,
        repeated=row.repeated,
        message_id=row.message_id,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        settled_at=row.settled_at,
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS_MAX):
        raise Problem("cursor-invalid")
    return int(text)
