"""What happens to a set that fails: poison is found, what passes is waited for."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.messaging import AlreadyHandled, TooManyLocks
from shared.messaging.isolate import halves, within_locks
from shared.messaging.reading import Event
from tests.shared.messaging.proxy import address_of, proxied, url_through
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, lock_of, record_for, words

KILL_TRANSACTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()
"""


def test_halves_are_taken_left_first() -> None:
    records = [record_for(b"", offset=n) for n in range(5)]
    right, left = halves(records)
    assert [*left, *right] == records


def test_a_set_that_needs_more_locks_than_a_transaction_may_take_is_cut() -> None:
    def event(number: int) -> Event[Word]:
        word = Word(id=str(number), key=str(number), number=number)
        return Event(record=record_for(b"", offset=number), content=word, identity=("s", word.id), locks=(lock_of(word),))

    assert within_locks([event(n) for n in range(1_000)])
    assert not within_locks([event(n) for n in range(1_001)])


async def test_a_poisonous_record_is_found_and_kept_whole_and_the_rest_is_applied(stage: Stage) -> None:
    poison = Word(id="evil", key="k1", number=7, wish="poison")
    await stage.send(words(20))
    await stage.send([poison], headers=[("ce_id", b"evil"), ("odd", None), ("bytes", b"\xff")])
    await stage.send(words(20, start=20))
    async with stage.running([stage.consumer()]):
        await stage.until_committed(41)
    assert sorted(number for _, number in await stage.effects()) == list(range(40))
    (letter,) = await stage.letters()
    assert (letter["value"], letter["key"], letter["topic"]) == (poison.written(), b"k1", stage.topic)
    assert (letter["source"], letter["id"], letter["code"], letter["state"]) == ("/stage", "evil", "internal", "open")
    assert "ValueError: evil makes the code raise" in letter["reason"]
    assert "in grant" in letter["trace"]
    headers = dict(zip(letter["header_names"], letter["header_values"], strict=True))
    assert headers == {b"ce_id": b"evil", b"odd": None, b"bytes": b"\xff"}


async def test_a_bug_in_reading_costs_only_the_record_that_meets_it(stage: Stage) -> None:
    await stage.send([*words(5), Word(id="u", key="k", number=99, wish="unreadable"), *words(5, start=5)])
    async with stage.running([stage.consumer()]):
        await stage.until_committed(11)
    assert len(await stage.effects()) == 10
    assert [letter["code"] for letter in await stage.letters()] == ["internal"]


async def test_what_the_handler_says_is_handled_already_is_marked_and_passed(stage: Stage) -> None:
    async def handled_before(new: Sequence[Word]) -> None:
        if any(word.number == 3 for word in new):
            raise AlreadyHandled

    await stage.send(words(8))
    async with stage.running([stage.consumer(handled_before)]):
        await stage.until_committed(8)
    assert 3 not in {number for _, number in await stage.effects()}
    assert (await stage.count("effect"), await stage.count("inbox"), await stage.letters()) == (7, 8, [])


async def test_a_set_that_alone_fails_for_passing_causes_is_halved_and_the_rest_goes_on(stage: Stage) -> None:
    async def times_out(new: Sequence[Word]) -> None:
        if any(word.number == 5 for word in new):
            raise TimeoutError("this word takes too long")

    await stage.send(words(10), partition=0)
    async with stage.running([stage.consumer(times_out)]):
        await stage.until_effects(5)
        await stage.until_missing(f"consumer {stage.name}", because=f"waits at {stage.topic}/0/5")
    assert {number for _, number in await stage.effects()} == {0, 1, 2, 3, 4}
    assert await stage.letters() == []


async def test_a_database_that_goes_away_and_comes_back_costs_nothing(stage: Stage) -> None:
    async with proxied(address_of(stage.url)) as proxy:
        await proxy.mend()
        async with stage.through(url_through(proxy, stage.url)) as far, far.running([far.consumer()]):
            await stage.send(words(50))
            await stage.until_effects(50)
            await proxy.cut()
            await stage.send(words(50, start=50))
            await stage.until_missing("database")
            await proxy.mend()
            await stage.until_effects(100, seconds=10)
            await stage.until_committed(100)
            await stage.until_nothing_missing()
    assert sorted(number for _, number in await stage.effects()) == list(range(100))
    assert await stage.letters() == []


async def test_a_transaction_killed_half_way_leaves_nothing_and_is_done_again(stage: Stage) -> None:
    killed = asyncio.Event()

    async def kill_once(_new: Sequence[Word]) -> None:
        if not killed.is_set():
            killed.set()
            await stage.pool.execute(KILL_TRANSACTIONS)

    await stage.send(words(10), partition=1)
    async with stage.running([stage.consumer(kill_once)]):
        await stage.until_committed(10)
        await stage.until_relayed()
    assert killed.is_set()
    assert sorted(number for _, number in await stage.effects()) == list(range(10))
    assert sorted(number for _, number in await stage.announced()) == list(range(10))


async def test_a_full_store_of_dead_letters_stops_the_consumer_and_loses_nothing(stage: Stage) -> None:
    refused = [Word(id=f"r{n}", key="k", number=n, wish="reject") for n in range(4)]
    await stage.send([*refused, *words(3, start=10)], partition=0)
    async with stage.running([stage.consumer()], limits=stage.limits(dead_letters_max=2)):
        await stage.until_missing(f"consumer {stage.name}")
        assert await stage.count("dead_letter") == 2
        await stage.pool.execute("UPDATE dead_letter SET state = 'dropped', closed_at = now()")
        await stage.until_committed(7)
    assert len(await stage.effects()) == 3
    assert await stage.count("dead_letter") == 4


async def test_more_keys_than_a_transaction_may_lock_are_refused_before_it_begins(stage: Stage) -> None:
    transactions = stage.transactions()
    many = [lock_of(Word(id="", key=str(n), number=n)) for n in range(1_001)]
    with pytest.raises(TooManyLocks):
        async with transactions.begin(many):
            pass
