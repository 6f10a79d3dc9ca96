"""A reader of the feed never skips an event and never sees two orders, whatever commits when."""

import asyncio
import random
from datetime import timedelta

import asyncpg
import pytest

from services.notifications import store
from services.notifications.contract import told
from services.notifications.domain.feed import is_told
from services.notifications.workers import Keep, forget
from shared.messaging import Lock, LockKind
from tests.services.notifications.stage import Stage, heard, report

NUMBERED_AT_INSERT = """
INSERT INTO feed (source, id, name, lane, private, test, body, received_at, position)
VALUES ('/x', $1, 'report-submitted', $1, false, false, '{}', now(), $2)
"""


async def test_rows_are_numbered_without_gaps_in_the_order_of_their_arrival(stage: Stage) -> None:
    await stage.hear([report(id_="1"), report(id_="2")])
    await stage.hear([report(id_="3")])
    assert await stage.feed() == []
    await stage.number()
    assert [(entry.position, entry.id) for entry in await stage.feed()] == [(1, "1"), (2, "2"), (3, "3")]


async def test_an_event_that_commits_late_gets_a_later_place_so_that_nobody_skips_it(stage: Stage) -> None:
    async with stage.transactions.begin(()) as slow:
        await store.append_to_feed(slow, [told(report("a", id_="slow"))])
        await stage.tell(report("b", id_="quick"))
        assert [entry.id for entry in await stage.feed()] == ["quick"]
    await stage.number()
    assert [entry.id for entry in await stage.feed(after=1)] == ["slow"]


async def test_numbering_at_insert_would_lose_an_event_to_a_reader(stage: Stage) -> None:
    """The test above can go red: with positions drawn at insert, the reader has passed the slow row's place before it is there."""
    async with stage.pool.acquire() as slow, slow.transaction():
        await slow.execute(NUMBERED_AT_INSERT, "slow", 1)
        await stage.execute(NUMBERED_AT_INSERT, "quick", 2)
        await stage.execute("UPDATE feed_state SET last_position = 2")
        seen = await stage.feed()
        assert [entry.id for entry in seen] == ["quick"]
    assert await stage.feed(after=seen[-1].position) == []


async def test_a_reader_skips_nothing_while_many_write_at_once(stage: Stage) -> None:
    writers, each = 6, 25
    seen: list[str] = []
    done = asyncio.Event()
    chance = random.Random(7)

    async def write(writer: int) -> None:
        for count in range(each):
            lane = f"agency-{count % 3}"
            async with stage.transactions.begin([Lock(LockKind.AGENCY, lane)]) as transaction:
                await store.append_to_feed(transaction, [told(report(lane, id_=f"{writer}-{count}"))])
                await asyncio.sleep(chance.random() / 100)

    async def keep_numbering() -> None:
        while not done.is_set():
            await stage.number()
            await asyncio.sleep(0)

    async def keep_reading() -> None:
        position = 0
        while len(seen) < writers * each:
            entries = await stage.feed(after=position)
            seen.extend(entry.id for entry in entries)
            position = entries[-1].position if entries else position
            await asyncio.sleep(0.001)

    numbering = [asyncio.create_task(keep_numbering()) for _ in range(2)]
    async with asyncio.timeout(60):
        await asyncio.gather(keep_reading(), *(write(writer) for writer in range(writers)))
    done.set()
    await asyncio.gather(*numbering)
    assert sorted(seen) == sorted(f"{writer}-{count}" for writer in range(writers) for count in range(each))
    assert await stage.fetchval("SELECT bool_and(position IS NOT NULL) AND max(position) = count(*) FROM feed")


async def test_the_order_of_an_agency_is_that_in_which_its_transactions_committed(stage: Stage) -> None:
    committed: list[str] = []

    async def write(number: int) -> None:
        async with stage.transactions.begin([Lock(LockKind.AGENCY, "a")]) as transaction:
            await store.append_to_feed(transaction, [told(report("a", id_=str(number)))])
            committed.append(str(number))

    await asyncio.gather(*(write(number) for number in range(20)))
    await stage.number()
    assert [entry.id for entry in await stage.feed()] == committed


async def test_only_one_numbers_at_a_time(stage: Stage) -> None:
    await stage.hear([report(id_="1")])
    async with stage.transactions.begin(()) as first, stage.transactions.begin(()) as second:
        assert await store.number_feed(first, 10) == 1
        assert await store.number_feed(second, 10) == 0


async def test_whoever_waits_is_woken_only_when_there_is_something(stage: Stage) -> None:
    await stage.number()
    assert stage.woken == set()
    await stage.hear([report()])
    assert stage.woken == {store.NUMBERING}
    await stage.number()
    assert stage.woken == {store.NUMBERING, store.FEED_MOVED, store.WEBHOOKS}


async def test_old_events_are_forgotten_from_the_beginning_in_bounded_steps(stage: Stage) -> None:
    await stage.tell(*(report(id_=str(number)) for number in range(5)))
    stage.later(days=10)
    await stage.tell(report(id_="new"))

    async def prune(rows_max: int) -> int:
        async with stage.transactions.begin(()) as transaction:
            return await store.prune_feed(transaction, transaction.now - timedelta(days=5), rows_max)

    assert await prune(3) == 3
    assert (await store.feed_bounds(stage.pool)).pruned_through == 3
    assert await prune(3) == 2
    assert await prune(3) == 0
    assert [entry.id for entry in await stage.feed()] == ["new"]
    assert (await store.feed_bounds(stage.pool)).pruned_through == 5


async def test_positions_go_on_when_everything_was_forgotten(stage: Stage) -> None:
    keep = Keep(feed=timedelta(days=1), attempts=timedelta(days=1), notices=timedelta(days=1))
    await stage.tell(report(id_="1"), heard("award-decided"))
    stage.later(days=2)
    while await forget(stage.transactions, keep):
        pass
    assert await stage.feed() == []
    assert await stage.notices() == []
    await stage.tell(report(id_="2"))
    assert [entry.position for entry in await stage.feed()] == [3]


async def test_a_row_without_a_position_is_never_forgotten(stage: Stage) -> None:
    await stage.hear([report(id_="1")])
    stage.later(days=9)
    async with stage.transactions.begin(()) as transaction:
        assert await store.prune_feed(transaction, transaction.now, 10) == 0
    await stage.number()
    assert len(await stage.feed()) == 1


def test_what_is_told_is_decided_by_name() -> None:
    assert is_told("award-decided")
    assert not is_told("access-changed")


@pytest.mark.parametrize("statement", ["CREATE TABLE reporting.mine ()", "CREATE TABLE scoring.mine ()", "DROP TABLE feed"])
async def test_the_service_s_role_changes_rows_of_its_own_and_nothing_else(stage: Stage, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stage.execute(statement)
