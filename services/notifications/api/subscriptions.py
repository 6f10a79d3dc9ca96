"""Webhook subscriptions over HTTP: everyone sees and changes only its own, and a secret is told once."""

import base64
import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.notifications import store
from services.notifications.api.cursors import feed_cursor, feed_position
from services.notifications.api.receivers import Receivers
from services.notifications.api.wishes import names_of
from services.notifications.domain.feed import Wish
from shared.database import Pool
from shared.events.fields import AgencyCode, MovementCode
from shared.http.access import Caller, Role, require
from shared.http.paging import Page, Paging, page, paging
from shared.http.problems import Problem
from shared.http.requests import router
from shared.messaging import Transactions

OWNERS = require(Role.OBSERVER, Role.SOURCE, Role.OPERATOR)
SECRET_BYTES = 32
CODES_MAX = 200
Owner = Annotated[Caller, Depends(OWNERS)]
PageAsked = Annotated[Paging, Depends(paging)]


class SubscriptionAsked(BaseModel):
    """A subscription as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2_000, description="Where events are posted to.", examples=["https://example.org/thidua"])
    types: list[str] | None = Field(
        default=None, min_length=1, max_length=50, description="Event types; all without it.", examples=[["award-decided"]]
    )
    movements: list[MovementCode] | None = Field(default=None, min_length=1, max_length=CODES_MAX, description="Only of these movements.")
    agencies: list[AgencyCode] | None = Field(
        default=None, min_length=1, max_length=CODES_MAX, description="Only of these agencies and those below them."
    )
    sandbox: bool = Field(default=False, description="The events of test movements instead of the real ones.")
    after: str | None = Field(default=None, max_length=2_000, description="A cursor of the feed to begin after; the feed's end without it.")


class SubscriptionShown(BaseModel):
    """A subscription as it stands."""

    id: UUID
    url: str
    types: list[str] | None
    movements: list[str] | None
    agencies: list[str] | None
    sandbox: bool
    state: Literal["active", "resting", "disabled"] = Field(
        description="Resting: the receiver failed several times in a row and is left alone."
    )
    cursor: str = Field(
        description="All up to here is sent, save for parked agencies; good for the feed and as `after` of a new subscription."
    )
    lanes_parked: int = Field(description="Agencies whose events wait because one could not be delivered.")
    failures: int = Field(description="Failed attempts in a row.")
    next_attempt_at: datetime | None = Field(description="When a resting receiver is tried again.")
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: str | None


class SubscriptionMade(SubscriptionShown):
    """A subscription that was just made."""

    secret: str = Field(description="For checking signatures (Standard Webhooks). It is shown this once.", examples=["whsec_…"])


class DeliveryShown(BaseModel):
    """One attempt to deliver one event."""

    event: str = Field(description="Id of the event.")
    type: str = Field(description="Short name of its type.")
    at: datetime
    outcome: str = Field(description="delivered, refused, gone, timed-out, unreachable or address-refused.")
    status: int | None = Field(description="Status that the receiver answered, if it did.")
    took_ms: int
    detail: str


def subscription_routes(pool: Pool, transactions: Transactions, receivers: Receivers) -> APIRouter:
    """Make the routes of subscriptions."""
    routes = router(prefix="/v1/subscriptions", tags=["webhooks"])

    @routes.post("", status_code=201)
    async def subscribe(asked: SubscriptionAsked, caller: Owner) -> SubscriptionMade:
        """Subscribe a receiver to events. The answer holds the secret, this once."""
        wish = _wish(asked, caller)
        await receivers.demand(asked.url)
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        bounds = await store.feed_bounds(pool)
        position = bounds.last_position if asked.after is None else feed_position(asked.after, bounds)
        new = store.NewSubscription(id=uuid4(), owner=caller.name, url=asked.url, secret=secret, wish=wish, position=position)
        async with transactions.begin(()) as transaction:
            if not await store.make_subscription(transaction, new, receivers.owned_max):
                raise Problem("too-many-subscriptions", limit=receivers.owned_max)
        return SubscriptionMade(**_shown(await _own(pool, caller, new.id)).model_dump(), secret=secret)

    @routes.get("")
    async def list_subscriptions(caller: Owner, asked: PageAsked) -> Page[SubscriptionShown]:
        """List one's own subscriptions."""
        after = None if asked.after is None else _uuid(asked.after[0])
        rows = await store.list_subscriptions(pool, caller.name, after=after, limit=asked.limit + 1)
        return page([_shown(row) for row in rows], asked, lambda shown: (str(shown.id),))

    @routes.get("/{subscription}")
    async def show_subscription(subscription: UUID, caller: Owner) -> SubscriptionShown:
        """Show one of one's own subscriptions."""
        return _shown(await _own(pool, caller, subscription))

    @routes.delete("/{subscription}", status_code=204)
    async def unsubscribe(subscription: UUID, caller: Owner) -> None:
        """End one of one's own subscriptions."""
        async with transactions.begin(()) as transaction:
            if not await store.delete_subscription(transaction, caller.name, subscription):
                raise Problem("subscription-unknown")

    @routes.get("/{subscription}/deliveries")
    async def list_deliveries(subscription: UUID, caller: Owner, asked: PageAsked) -> Page[DeliveryShown]:
        """List what was tried and what came back, the newest first."""
        await _own(pool, caller, subscription)
        before = None if asked.after is None else _number(asked.after[0])
        rows = await store.list_attempts(pool, subscription, before=before, limit=asked.limit + 1)
        numbered = page(rows, asked, lambda row: (str(row.number),))
        return Page(items=[_delivery(row) for row in numbered.items], next=numbered.next)

    return routes


async def _own(pool: Pool, caller: Caller, id_: UUID) -> store.Subscription:
    found = await store.list_subscriptions(pool, caller.name, id_=id_)
    if not found:
        raise Problem("subscription-unknown")
    return found[0]


def _wish(asked: SubscriptionAsked, caller: Caller) -> Wish:
    for movement in asked.movements or ():
        caller.demand(movement=movement)
    for agency in asked.agencies or ():
        caller.demand(agency=agency)
    return Wish(
        names=names_of(asked.types, [f"/types/{place}" for place in range(len(asked.types or ()))]),
        movements=None if asked.movements is None else tuple(asked.movements),
        agencies=None if asked.agencies is None else tuple(asked.agencies),
        sandbox=asked.sandbox,
    )


def _shown(row: store.Subscription) -> SubscriptionShown:
    wish = row.wish
    return SubscriptionShown(
        id=row.id,
        url=row.url,
        types=None if wish.names is None else list(wish.names),
        movements=None if wish.movements is None else list(wish.movements),
        agencies=None if wish.agencies is None else list(wish.agencies),
        sandbox=wish.sandbox,
        state="disabled" if row.disabled_at else "resting" if row.rest_until else "active",
        cursor=feed_cursor(row.epoch, row.position),
        lanes_parked=row.lanes_parked,
        failures=row.failures,
        next_attempt_at=row.rest_until,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        disabled_because=row.disabled_because,
    )


def _delivery(row: store.LoggedAttempt) -> DeliveryShown:
    return DeliveryShown(
        event=row.event_id,
        type=row.event_name,
        at=row.at,
        outcome=row.outcome,
        status=row.status,
        took_ms=row.took_ms,
        detail=row.detail,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Problem("cursor-invalid") from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Problem("cursor-invalid")
    return int(text)
