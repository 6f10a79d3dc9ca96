"""Keys on a real database: newest wins, whatever comes first and however often; what is not about access is passed over."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.clock import FixedClock
from shared.database import Pool, migrate, open_pool
from shared.events import announcement, derive
from shared.events.registry import AccessChanged, Role
from shared.http.guard import digest_of
from shared.http.keys import HeardOfAccess, KeptKeys, access_consumer, keep_access, read_access
from shared.messaging import Lock, LockKind, Record, Rejected, Transactions

NOW = datetime(2023, 7, 5, tzinfo=UTC)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    await migrate(database_url, "scoring", [])
    opened = await open_pool(database_url, schema="scoring", size=4)
    yield opened
    opened.terminate()


def changed(key: str, revision: int, **fields: Any) -> HeardOfAccess:
    told = {"name": "council-1", "roles": [Role.COUNCIL], "key_digest": digest_of(key).hex(), "revision": revision, **fields}
    return HeardOfAccess(identity=("/thidua/reporting", f"{key}-{revision}"), access=AccessChanged(**told))


async def hear(pool: Pool, *heard: HeardOfAccess) -> None:
    async with Transactions(pool, FixedClock(), lambda _names: None).begin(()) as transaction:
        await keep_access(transaction, heard)


def keys_of(pool: Pool, remember_seconds: float = 0) -> KeptKeys:
    return KeptKeys(pool, FixedClock(instant=NOW), remember_seconds)


async def found(pool: Pool, key: str) -> Any:
    return await keys_of(pool).find(digest_of(key))


async def test_a_key_is_found_with_all_that_was_told_of_it(pool: Pool) -> None:
    expires = NOW + timedelta(days=1)
    fields = {"source": "lgsp", "roles": [Role.SOURCE, Role.OBSERVER], "movements": ["ha-nam-315"], "agencies": [], "expires_at": expires}
    await hear(pool, changed("a", 1, **fields))
    key = await found(pool, "a")
    assert key.expires_at == expires
    assert key.revoked_at is None
    assert (key.caller.source, key.caller.roles) == ("lgsp", frozenset({Role.SOURCE, Role.OBSERVER}))
    assert (key.caller.movements, key.caller.agencies) == (frozenset({"ha-nam-315"}), frozenset())


async def test_a_key_that_was_never_told_is_not_found(pool: Pool) -> None:
    assert await found(pool, "b") is None


async def test_a_second_delivery_changes_nothing(pool: Pool) -> None:
    await hear(pool, changed("a", 1))
    await hear(pool, changed("a", 1), changed("a", 1))
    assert await pool.fetchval("SELECT count(*) FROM access_key") == 1


async def test_the_highest_revision_stands_whatever_comes_first(pool: Pool) -> None:
    await hear(pool, changed("a", 3, name="third"), changed("a", 2, name="second"))
    await hear(pool, changed("a", 1, name="first"))
    assert (await found(pool, "a")).caller.name == "third"


async def test_a_revoked_key_stays_known_as_revoked(pool: Pool) -> None:
    await hear(pool, changed("a", 1))
    await hear(pool, changed("a", 2, revoked_at=NOW))
    assert (await found(pool, "a")).revoked_at == NOW


async def test_a_found_key_is_remembered_for_a_while_and_a_missing_one_is_not(pool: Pool) -> None:
    keys = keys_of(pool, remember_seconds=60)
    digest = digest_of("a")
    assert await keys.find(digest) is None
    await hear(pool, changed("a", 1, name="before"))
    assert (await keys.find(digest)).caller.name == "before"  # type: ignore[union-attr]
    await hear(pool, changed("a", 2, name="after"))
    assert (await keys.find(digest)).caller.name == "before"  # type: ignore[union-attr]
    assert (await found(pool, "a")).caller.name == "after"


async def test_half_way_through_nothing_is_kept(pool: Pool) -> None:
    async def crash() -> None:
        async with Transactions(pool, FixedClock(), lambda _names: None).begin(()) as transaction:
            await keep_access(transaction, [changed("a", 1)])
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await crash()
    assert await found(pool, "a") is None


def record(headers: tuple[tuple[str, bytes | None], ...], value: bytes | None) -> Record:
    return Record(topic="registry", partition=0, offset=7, appended_at=NOW, key=b"x", value=value, headers=headers)


def test_an_announced_change_is_read_as_it_was_announced() -> None:
    access = changed("a", 1).access
    assert access is not None
    event = derive(service="reporting", data=access, subject=access.key_digest, revision=1, time=NOW)
    sent = announcement(event, topic="registry", key="access", lock=Lock(LockKind.ACTS, "reporting"))
    heard = read_access(record(sent.headers, sent.value))
    assert heard.access == access
    assert heard.identity == (event.source, event.id)


@pytest.mark.parametrize(
    ("headers", "value"),
    [((("ce_type", b"vn.thidua.movement-published.v1"),), b"\xff"), ((("ce_type", None), ("ce_id", b"\xff")), None), ((), b"")],
    ids=["another type", "headers that are null or not UTF-8", "nothing at all"],
)
def test_what_is_not_about_access_is_not_even_parsed(headers: tuple[tuple[str, bytes | None], ...], value: bytes | None) -> None:
    heard = read_access(record(headers, value))
    assert heard == HeardOfAccess(identity=("registry", "registry/0/7"), access=None)


def test_a_change_of_access_that_can_not_be_read_is_rejected() -> None:
    headers = (("ce_type", b"vn.thidua.access-changed.v1"), ("ce_id", b"1"), ("ce_source", b"s"), ("ce_specversion", b"1.0"))
    with pytest.raises(Rejected):
        read_access(record(headers, b"{}"))


def test_each_service_has_a_group_of_its_own() -> None:
    consumes = access_consumer("scoring").consumes
    assert (consumes.name, consumes.topics) == ("scoring.access", ("registry",))
