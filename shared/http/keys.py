"""Each service keeps its own copy of the keys, by a consumer that no other backlog or breaker can hold up.

A key is remembered for a few seconds after it was found; one that is not known is looked up each time, so that a new key works at once.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.clock import Clock
from shared.database import Pool, load_queries
from shared.events import REGISTRY, Event, read_event
from shared.events.registry import AccessChanged, Role
from shared.events.topics import TYPE_BY_FACT
from shared.http.guard import AccessKey, Caller
from shared.messaging import Consumer, Consumes, Record, Transaction

QUERIES = load_queries(Path(__file__).parent / "sql" / "queries.sql")
REMEMBERED_MAX = 10_000
LOOKUP_SECONDS_MAX = 5.0
ACCESS_TYPE = TYPE_BY_FACT[AccessChanged].encode()


class KeptKeys:
    """The keys in the service's schema, remembered for a while so that a busy source does not ask the database each time."""

    def __init__(self, pool: Pool, clock: Clock, remember_seconds: float) -> None:
        self.clock = clock
        self._pool = pool
        self._remember_seconds = remember_seconds
        self._remembered: OrderedDict[bytes, tuple[float, AccessKey]] = OrderedDict()

    async def find(self, digest: bytes) -> AccessKey | None:
        """Return the key with this digest, if there is one."""
        until, key = self._remembered.get(digest, (0.0, None))
        if key is not None and time.monotonic() < until:
            return key
        key = await self._look_up(digest)
        self._remembered.pop(digest, None)
        if key is not None:
            self._remember(digest, key)
        return key

    def _remember(self, digest: bytes, key: AccessKey) -> None:
        self._remembered[digest] = (time.monotonic() + self._remember_seconds, key)
        if len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)

    async def _look_up(self, digest: bytes) -> AccessKey | None:
        async with self._pool.acquire(timeout=LOOKUP_SECONDS_MAX) as connection:
            row = await connection.fetchrow(QUERIES.find_key, digest, timeout=LOOKUP_SECONDS_MAX)
        if row is None:
            return None
        caller = Caller(
            name=row["name"],
            source=row["source"],
            roles=frozenset(Role(role) for role in row["roles"]),
            movements=None if row["movements"] is None else frozenset(row["movements"]),
            agencies=None if row["agencies"] is None else frozenset(row["agencies"]),
        )
        return AccessKey(caller=caller, expires_at=row["expires_at"], revoked_at=row["revoked_at"])


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardOfAccess:
    """A record of the registry: a change of access, or something that is for others."""

    identity: tuple[str, str]
    access: AccessChanged | None


def read_access(record: Record) -> HeardOfAccess:
    """Read a change of access; whatever else the registry holds is not even parsed, so that it can never hold up access."""
    if dict(record.headers).get("ce_type") != ACCESS_TYPE:
        return HeardOfAccess(identity=("registry", record.coordinates), access=None)
    event: Event[AccessChanged] = read_event(record)  # type: ignore[assignment]  # the type is checked above
    return HeardOfAccess(identity=(event.source, event.id), access=event.data)


async def keep_access(transaction: Transaction, heard: Sequence[HeardOfAccess]) -> None:
    """Take over the newest of each key."""
    newest: dict[str, AccessChanged] = {}
    for access in (each.access for each in heard if each.access is not None):
        known = newest.get(access.key_digest)
        if known is None or known.revision < access.revision:
            newest[access.key_digest] = access
    if newest:
        await transaction.connection.execute(QUERIES.keep_keys, json.dumps([_row_of(access) for access in newest.values()]))


def _row_of(access: AccessChanged) -> dict[str, object]:
    fields = access.model_dump(mode="json")
    return {"digest": fields.pop("key_digest"), **fields}


def access_consumer(name: str) -> Consumer[HeardOfAccess]:
    """Make the consumer of a service's copy: `access_consumer("scoring")` reads the registry as the group `scoring.access`."""
    consumes = Consumes(
        name=f"{name}.access",
        topics=(REGISTRY.name,),
        read=read_access,
        identity=lambda heard: heard.identity,
        # Rows are written in the order of their digests and only forward in revision, so nothing needs to be locked first.
        locks=lambda _heard: (),
    )
    return Consumer(consumes, keep_access)
