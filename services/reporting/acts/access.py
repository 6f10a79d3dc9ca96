"""Sources and keys: who may send for whom. A key is told to every service by its digest alone; the key itself is kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.reporting.acts.publishing import tell_agencies
from services.reporting.acts.refusal import refusals_told
from services.reporting.contract.telling import ACCESS, Saying, agency_lock, told_access
from services.reporting.domain.problems import Refused, problem
from services.reporting.store import intake
from services.reporting.store import registry as store
from shared.events.registry import AccessChanged, Role
from shared.http.access import digest_of, new_key
from shared.messaging import Transaction, Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key is good for; none in movements or agencies means all."""

    name: str
    roles: tuple[Role, ...]
    source: str | None = None
    movements: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    expires_at: datetime | None = None


async def add_source(transactions: Transactions, grant: Grant, key: str | None) -> str | None:
    """Register a source whose topics are there, with a key; returns a key that was drawn now, none where it has one already."""
    async with transactions.begin([ACCESS]) as transaction:
        await store.keep_source(transaction.connection, grant.source or grant.name, transaction.now)
        held = await store.keys_with_name(transaction.connection, grant.name)
        if key is None and any(each.revoked_at is None for each in held):
            return None
        return await give_key(transaction, grant, key)


async def add_key(transactions: Transactions, grant: Grant, key: str | None) -> str:
    """Make a key, or change what the key given is good for; returns the key."""
    with refusals_told():
        async with transactions.begin([ACCESS]) as transaction:
            await demand_source(transaction, grant)
            return await give_key(transaction, grant, key)


async def demand_source(transaction: Transaction, grant: Grant) -> None:
    """A key with the role source is for a source that is registered, since only such a one has topics."""
    if Role.SOURCE not in grant.roles:
        return
    if grant.source is None:
        raise Refused([problem("field-missing", "/source", field="source")])
    if not await intake.sources_registered(transaction.connection, [grant.source]):
        raise Refused([problem("source-unknown", "/source", source=grant.source)])


async def give_key(transaction: Transaction, grant: Grant, key: str | None) -> str:
    """Keep what the key is good for, and tell it."""
    key = key or new_key()
    kept = store.Key(
        digest=digest_of(key),
        name=grant.name,
        source=grant.source,
        roles=tuple(role.value for role in grant.roles),
        movements=grant.movements,
        agencies=grant.agencies,
        expires_at=grant.expires_at,
        revoked_at=None,
    )
    await keep_and_tell(transaction, [kept])
    return key


async def revoke_keys(transactions: Transactions, name: str) -> int:
    """Revoke every key of a name; returns how many were good until now."""
    async with transactions.begin([ACCESS]) as transaction:
        held = await store.keys_with_name(transaction.connection, name)
        good = [replace(key, revoked_at=transaction.now) for key in held if key.revoked_at is None]
        await keep_and_tell(transaction, good)
        return len(good)


async def keep_and_tell(transaction: Transaction, keys: Sequence[store.Key]) -> None:
    """Keep keys and tell of them, each with a revision."""
    revisions = await transaction.draw_revisions(len(keys))
    saying = Saying(now=transaction.now)
    for key, revision in zip(keys, revisions, strict=True):
        await store.keep_key(transaction.connection, key, revision)
    await transaction.announce([told_access(saying, fact_of(key, revision)) for key, revision in zip(keys, revisions, strict=True)])


def fact_of(key: store.Key, revision: int) -> AccessChanged:
    """What every service is told of a key."""
    return AccessChanged(
        key_digest=key.digest.hex(),
        revision=revision,
        name=key.name,
        roles=[Role(role) for role in key.roles],
        source=key.source,
        movements=None if key.movements is None else list(key.movements),
        agencies=None if key.agencies is None else list(key.agencies),
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )


async def name_agency(transactions: Transactions, source: str, code: str, agency: str) -> bool:
    """Note what a source calls an agency, and tell it; False where that is nothing new."""
    with refusals_told():
        async with transactions.begin([agency_lock(agency)]) as transaction:
            known = await store.agencies_named(transaction.connection, [agency])
            problems = [] if agency in known else [problem("agency-unknown", agency=agency)]
            if not await intake.sources_registered(transaction.connection, [source]):
                problems.append(problem("source-unknown", source=source))
            if problems:
                raise Refused(problems)
            new = await store.keep_source_code(transaction.connection, source, code, agency)
            if new:
                await tell_agencies(transaction, [known[agency]])
            return new
