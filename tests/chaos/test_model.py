"""Consumer, worker and relay against a model in memory, through whatever order of events Hypothesis draws, on a real broker and database.

The model knows only this: a word counts once, poison never, the worker's sum is the number of words, and what counts is announced in order.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from deploy.local.postgres import PostgresAddress
from shared.messaging import Consumer, Consumes, Transaction, Worker
from tests.chaos.fresh import fresh_database
from tests.shared.messaging.stage import Stage, built
from tests.shared.messaging.words import Word, announcement_of, grant, in_order_per_key, lock_of, read_word, store

T = TypeVar("T")

EXAMPLES = 5
STEPS = 12
REPLICAS_MAX = 2
KEYS = ("k0", "k1", "k2")
TABLES = """
CREATE TABLE mark (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL);
CREATE TABLE tally (key text PRIMARY KEY, number integer NOT NULL);
"""
ADD_UP = """
WITH gone AS (DELETE FROM mark WHERE id = ANY ($1::bigint[]) RETURNING key)
INSERT INTO tally SELECT key, count(*) FROM gone GROUP BY key
ON CONFLICT (key) DO UPDATE SET number = tally.number + excluded.number
"""
KILL_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'stage-own'"


class Play(AsyncExitStack):
    """One example's stage, its replicas, and the model."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.replicas: list[AsyncExitStack] = []
        self.sent = 0
        self.counted: dict[str, Word] = {}
        self.dead = 0

    def consumer(self) -> Consumer[Word]:
        """One effect, one mark for the worker and one announcement for each word."""

        async def handler(transaction: Transaction, new: Sequence[Word]) -> None:
            await store(transaction, new)
            await transaction.connection.executemany("INSERT INTO mark (key) VALUES ($1)", [(word.key,) for word in new])
            await grant(new)
            await transaction.announce([announcement_of(word, self.stage.out) for word in new])
            transaction.wake("tally")

        consumes = Consumes(
            name=self.stage.name,
            topics=(self.stage.topic,),
            read=read_word,
            identity=lambda word: ("/stage", word.id),
            locks=lambda word: [lock_of(word)],
        )
        return Consumer(consumes, handler)

    async def add_up(self) -> bool:
        """The worker: takes marks, adds them up, deletes exactly those."""
        async with self.stage.transactions().begin([lock_of(Word(id="", key=key, number=0)) for key in KEYS]) as transaction:
            rows = await transaction.connection.fetch("SELECT id FROM mark ORDER BY id LIMIT 7")
            await transaction.connection.execute(ADD_UP, [row["id"] for row in rows])
        return len(rows) == 7

    async def send(self, items: Sequence[Word | bytes]) -> None:
        """Send, and tell the model."""
        await self.stage.send(items)
        self.sent += len(items)
        for item in items:
            if isinstance(item, Word) and item.wish == "apply":
                self.counted.setdefault(item.id, item)
            else:
                self.dead += 1

    async def enter(self) -> None:
        """Start a replica."""
        replica = AsyncExitStack()
        worker = Worker("tally", self.add_up, 0.5)
        await replica.enter_async_context(
            self.stage.running([self.consumer()], workers=[worker], limits=self.stage.limits(stop_seconds_max=4))
        )
        self.replicas.append(replica)

    async def leave(self) -> None:
        """Stop the oldest replica."""
        await self.replicas.pop(0).aclose()

    async def settle(self) -> None:
        """Wait until everything that was sent is dealt with, and hold the tables and the topic against the model."""
        if not self.replicas:
            await self.enter()
        await self.stage.until_committed(self.sent, seconds=40)
        await self.stage.until_relayed(seconds=40)
        await self.stage.until(self._added_up, seconds=40)
        effects, announced = await self.stage.effects(), await self.stage.announced()
        expected = sorted((word.key, word.number) for word in self.counted.values())
        assert sorted(effects) == expected, "each word counts once"
        assert sorted(set(announced)) == expected, "what counts is announced, and nothing else"
        assert in_order_per_key(effects)
        assert in_order_per_key(announced)
        tallies = {row["key"]: row["number"] for row in await self.stage.pool.fetch("SELECT key, number FROM tally")}
        assert tallies == Counter(word.key for word in self.counted.values()), "the worker misses no mark and counts none twice"
        assert await self.stage.count("inbox") == len(self.counted)
        assert len(await self.stage.letters()) == self.dead

    async def _added_up(self) -> bool:
        return await self.stage.count("mark") == 0


class Machine(RuleBasedStateMachine):
    """Draws what happens. The servers are those of the test that runs it."""

    bootstrap: ClassVar[str]
    postgres: ClassVar[PostgresAddress]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Take one step of the example."""
        return self.loop.run_until_complete(asyncio.wait_for(work, 60))

    @initialize()
    def begin(self) -> None:
        self.held = AsyncExitStack()
        self.number = 0
        self.play = self.run(self._open())

    async def _open(self) -> Play:
        url = self.held.enter_context(fresh_database(self.postgres))
        stage = await self.held.enter_async_context(built(self.bootstrap, url))
        await stage.create(stage.topic, stage.out, partitions=2)
        await stage.pool.execute(TABLES)
        return Play(stage)

    def _word(self, key: str, wish: str) -> Word:
        self.number += 1
        return Word(id=f"w{self.number}", key=key, number=self.number, wish=wish)

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=30))
    def send_words(self, keys: list[str]) -> None:
        self.run(self.play.send([self._word(key, "apply") for key in keys]))

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=6))
    def send_poison_between_words(self, keys: list[str]) -> None:
        poison = [self._word(key, "reject") for key in keys[:3]]
        self.run(self.play.send([*poison, b"no word", *[self._word(key, "apply") for key in keys]]))

    @precondition(lambda self: self.play.counted)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        known = sorted(self.play.counted.values(), key=lambda word: word.number)
        self.run(self.play.send(data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=20))))

    @precondition(lambda self: len(self.play.replicas) < REPLICAS_MAX)
    @rule()
    def a_replica_comes(self) -> None:
        self.run(self.play.enter())

    @precondition(lambda self: self.play.replicas)
    @rule()
    def a_replica_goes(self) -> None:
        self.run(self.play.leave())

    @rule()
    def the_runtimes_connections_are_killed(self) -> None:
        self.run(self.play.stage.pool.execute(KILL_ALL))

    @precondition(lambda self: not self.play.replicas)
    @rule()
    def the_offsets_are_set_back(self) -> None:
        self.run(self.play.stage.rewind())

    @rule()
    def everything_settles(self) -> None:
        self.run(self.play.settle())

    def teardown(self) -> None:
        if hasattr(self, "play"):
            self.run(self._end())

    async def _end(self) -> None:
        try:
            await self.play.settle()
        finally:
            while self.play.replicas:
                await self.play.leave()
            await self.held.aclose()


@pytest.mark.timeout(240)
def test_consumer_worker_and_relay_do_what_the_model_does(kafka_bootstrap: str, postgres_address: PostgresAddress) -> None:
    loop = asyncio.new_event_loop()
    Machine.bootstrap, Machine.postgres, Machine.loop = kafka_bootstrap, postgres_address, loop
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.close()
