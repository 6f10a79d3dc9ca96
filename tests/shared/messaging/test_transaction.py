"""The only way to write: locks in order, ids in the order of commits, nothing announced that can not be sent."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging import LOCKS_MAX, RECORD_BYTES_MAX, Lock, LockKind, Rejected, TooManyLocks
from shared.messaging.locks import in_order
from shared.messaging.outbox import SHARDS, HeaderUnknown, shard_of
from shared.messaging.transaction import LockNotHeld, LockOutOfOrder
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, announcement_of, in_order_per_key, lock_of, words

locks = st.lists(st.builds(Lock, st.sampled_from(LockKind), st.text(max_size=3), st.booleans()), max_size=20)


@given(locks)
def test_locks_are_taken_once_each_by_kind_and_key_and_exclusive_wins(wanted: list[Lock]) -> None:
    taken = in_order(wanted)
    places = [(lock.kind, lock.key) for lock in taken]
    assert places == sorted(set(places)) == sorted({(lock.kind, lock.key) for lock in wanted})
    exclusive = {(lock.kind, lock.key) for lock in wanted if not lock.shared}
    assert all(lock.shared != ((lock.kind, lock.key) in exclusive) for lock in taken)


def test_a_thousand_locks_are_allowed_and_one_more_is_not() -> None:
    many = [Lock(LockKind.AGENCY, str(n)) for n in range(LOCKS_MAX + 1)]
    assert len(in_order(many[1:])) == LOCKS_MAX
    with pytest.raises(TooManyLocks):
        in_order(many)


@given(st.text(), st.text())
def test_every_key_has_one_shard(topic: str, key: str) -> None:
    if "\ud800" <= max(topic + key, default="") <= "\udfff":
        return
    assert 0 <= shard_of(topic, key) < SHARDS
    assert shard_of(topic, key) == shard_of(topic, key)


async def test_positions_of_one_key_are_in_the_order_of_commits(stage: Stage) -> None:
    async def write(number: int) -> None:
        async with stage.transactions().begin([Lock(LockKind.AGENCY, "k0")]) as transaction:
            (revision,) = await transaction.draw_revisions(1)
            await asyncio.sleep(0.002 * (number % 3))
            word = Word(id=str(revision), key="k0", number=revision % 10**12)
            await transaction.announce([announcement_of(word, stage.out)])

    await asyncio.gather(*(write(number) for number in range(30)))
    rows = await stage.pool.fetch("SELECT id FROM outbox ORDER BY position")
    numbers = [("k0", int(row["id"])) for row in rows]
    assert len(numbers) == 30
    assert in_order_per_key(numbers)


async def test_announcements_keep_the_order_in_which_they_are_given(stage: Stage) -> None:
    many = words(300, keys=40)
    async with stage.transactions().begin([lock_of(word) for word in many]) as transaction:
        await transaction.announce(many_announcements := [announcement_of(word, stage.out) for word in many])
    rows = await stage.pool.fetch("SELECT id FROM outbox ORDER BY position")
    assert [row["id"] for row in rows] == [announcement.id for announcement in many_announcements]


async def test_revisions_only_grow_also_when_the_epoch_is_raised(stage: Stage) -> None:
    async with stage.transactions().begin([]) as transaction:
        first = await transaction.draw_revisions(3)
        await transaction.connection.execute("UPDATE epoch SET number = number + 1")
        await transaction.connection.execute("ALTER SEQUENCE revision RESTART")
        second = await transaction.draw_revisions(2)
        assert await transaction.draw_revisions(0) == []
    assert first == [10**12 + 1, 10**12 + 2, 10**12 + 3]
    assert second == [2 * 10**12 + 1, 2 * 10**12 + 2]


@pytest.mark.parametrize("held", [[], [Lock(LockKind.AGENCY, "k0", shared=True)], [Lock(LockKind.CLUSTER, "k0")]])
async def test_nothing_is_announced_without_holding_the_lock_of_its_key(stage: Stage, held: list[Lock]) -> None:
    with pytest.raises(LockNotHeld):
        async with stage.transactions().begin(held) as transaction:
            await transaction.announce([announcement_of(words(1)[0], stage.out)])


async def test_a_record_too_large_for_the_broker_never_enters_the_outbox(stage: Stage) -> None:
    (word,) = words(1)
    announcement = announcement_of(word, stage.out)
    room = RECORD_BYTES_MAX - replace(announcement, value=b"").size_bytes
    with pytest.raises(Rejected) as refusal:
        async with stage.transactions().begin([lock_of(word)]) as transaction:
            await transaction.announce([replace(announcement, value=b"x" * (room + 1))])
    assert refusal.value.code == "record-too-large"
    async with stage.transactions().begin([lock_of(word)]) as transaction:
        await transaction.announce([replace(announcement, value=b"x" * room)])
    async with stage.running([]):
        await stage.until_relayed()
    assert [len(record.value or b"") for record in await stage.records(stage.out)] == [room]


async def test_a_header_that_the_outbox_has_no_column_for_is_refused(stage: Stage) -> None:
    (word,) = words(1)
    with pytest.raises(HeaderUnknown):
        async with stage.transactions().begin([lock_of(word)]) as transaction:
            await transaction.announce([replace(announcement_of(word, stage.out), headers=(("x-own", b"1"),))])


async def test_a_shared_lock_keeps_writers_out_and_readers_in(stage: Stage) -> None:
    period = Lock(LockKind.PERIOD, "m/p")
    async with stage.transactions().begin([replace(period, shared=True)]):
        async with stage.transactions().begin([replace(period, shared=True)]):
            pass
        waiting = asyncio.create_task(_take(stage, period))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)


async def _take(stage: Stage, lock: Lock) -> None:
    async with stage.transactions().begin([lock]):
        pass


async def test_later_locks_stand_after_all_that_are_held(stage: Stage) -> None:
    agency, movement = Lock(LockKind.AGENCY, "k0"), Lock(LockKind.MOVEMENT, "m")
    async with stage.transactions().begin([movement]) as transaction:
        await transaction.lock([agency])
        await transaction.announce([announcement_of(words(1)[0], stage.out)])
    with pytest.raises(LockOutOfOrder):
        async with stage.transactions().begin([agency]) as transaction:
            await transaction.lock([movement])


async def test_workers_are_woken_after_the_commit_and_not_after_a_rollback(stage: Stage) -> None:
    woken: list[frozenset[str]] = []
    transactions = stage.transactions(woken.append)
    with suppress(ValueError):
        async with transactions.begin([]) as transaction:
            transaction.wake("scores")
            raise ValueError("on purpose")
    assert woken == []
    async with transactions.begin([]) as transaction:
        transaction.wake("scores")
        assert woken == []
    assert woken == [frozenset({"scores"})]
