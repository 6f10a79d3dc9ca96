"""A stage for this service's tests: events made from the golden examples, a database of its own, keys for callers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.notifications import store
from services.notifications.contract import Heard, read
from services.notifications.domain.feed import Entry, Sight, Wish
from services.notifications.handlers import tell
from services.notifications.workers import number
from shared.clock import FixedClock
from shared.database import Pool
from shared.http.access import digest_of
from shared.messaging import Lock, LockKind, Record, Transactions
from tests.contracts.documents import golden

NOON = datetime(2023, 9, 1, 12, tzinfo=UTC)
PHU_LY = "ha-nam.phu-ly"
DUY_TIEN = "ha-nam.duy-tien"
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
GIVE_KEY = """
INSERT INTO access_key (digest, name, source, roles, movements, agencies, expires_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
"""
EVERYTHING = Sight(source=None, bound=False, movements=None, agencies=None)
ALL = Wish()


def record(name: str, changes: Mapping[str, object], *, id_: str | None, test: bool, said_by: str | None) -> Record:
    """Make a record of the golden example of an event, with some of its data changed and an id of its own."""
    example = golden(name)
    data: dict[str, object] = {**example.data, **changes}
    headers = {**example.headers, "ce_id": id_ or str(uuid4())}
    headers |= {"ce_test": "true"} if test else {}
    headers |= {"ce_source": said_by} if said_by else {}
    return Record(
        topic=example.topic,
        partition=0,
        offset=0,
        appended_at=NOON,
        key=str(data.get("agency") or example.key).encode(),
        value=json.dumps(data, ensure_ascii=False).encode(),
        headers=tuple((each, value.encode()) for each, value in headers.items()),
    )


def heard(
    name: str,
    *,
    id_: str | None = None,
    test: bool = False,
    said_by: str | None = None,
    changes: Mapping[str, object] | None = None,
    **data: object,
) -> Heard:
    """Make an event as the handler gets it."""
    return read(record(name, {**data, **(changes or {})}, id_=id_, test=test, said_by=said_by))


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The service's database with its clock, and what was woken."""

    pool: Pool
    clock: FixedClock
    woken: set[str] = field(default_factory=set)

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.pool, self.clock, self.woken.update)

    async def hear(self, events: Sequence[Heard]) -> None:
        """Let the handler have the events in one transaction, under their locks."""
        async with self.transactions.begin([Lock(LockKind.AGENCY, each.lane) for each in events]) as transaction:
            await tell(transaction, events)

    async def number(self) -> None:
        """Number all that has committed."""
        while await number(self.transactions):
            pass

    async def tell(self, *events: Heard) -> None:
        """Hear and number."""
        await self.hear(events)
        await self.number()

    async def feed(self, *, after: int = 0, sight: Sight = EVERYTHING, wish: Wish = ALL) -> list[Entry]:
        """Read all of the feed that there is."""
        bounds = await store.feed_bounds(self.pool)
        return await store.read_feed(self.pool, after=after, through=bounds.last_position, sight=sight, wish=wish, limit=10_000)

    async def notices(self, state: str | None = None) -> list[store.ListedNotice]:
        """List all notices."""
        return await store.list_notices(self.pool, after=None, agency=None, state=state, agencies=None, movements=None, limit=1_000)

    async def execute(self, statement: str, *arguments: object) -> None:
        """Change rows by hand."""
        async with self.pool.acquire() as connection:
            await connection.execute(statement, *arguments)

    async def fetchval(self, statement: str, *arguments: object) -> object:
        """Read one value."""
        async with self.pool.acquire() as connection:
            return await connection.fetchval(statement, *arguments)

    async def give_key(
        self,
        name: str,
        *roles: str,
        source: str | None = None,
        movements: Sequence[str] | None = None,
        agencies: Sequence[str] | None = None,
        expires_at: datetime | None = None,
    ) -> dict[str, str]:
        """Give a key of that name; returns the headers that show it."""
        key = f"thidua_{name}_{uuid4().hex}"
        await self.execute(GIVE_KEY, digest_of(key), name, source, list(roles), movements, agencies, expires_at)
        return {"authorization": f"Bearer {key}"}

    async def subscribe(self, url: str, *, owner: str = "observer-1", wish: Wish = ALL) -> store.NewSubscription:
        """Subscribe a receiver from the feed's present end on."""
        bounds = await store.feed_bounds(self.pool)
        new = store.NewSubscription(id=uuid4(), owner=owner, url=url, secret=SECRET, wish=wish, position=bounds.last_position)
        async with self.transactions.begin(()) as transaction:
            assert await store.make_subscription(transaction, new, 1_000)
        return new

    async def subscription(self, new: store.NewSubscription) -> store.Subscription:
        """Show a subscription as it stands."""
        found = await store.list_subscriptions(self.pool, new.owner, id_=new.id)
        return found[0]

    async def attempts(self, new: store.NewSubscription) -> list[store.LoggedAttempt]:
        """List a subscription's attempts, the oldest first."""
        return (await store.list_attempts(self.pool, new.id, before=None, limit=10_000))[::-1]

    def later(self, **step: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**step))


def report(agency: str = PHU_LY, *, id_: str | None = None, version: int = 1, test: bool = False) -> Heard:
    """Make a submitted report, the commonest event."""
    return heard("report-submitted", agency=agency, version=version, id_=id_, test=test)
