"""The faults: which there are, how a seed plans them, and how each is done to a running stack."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.local.failure import SetupFailed
from tests.chaos.conservation import CONSUMERS
from tests.chaos.evidence import Seen
from tests.chaos.gather import read_offsets, read_topics
from tests.chaos.load import Delivery, Headers, Producer
from tests.chaos.proxy import Proxy
from tests.chaos.shaken import ShakenStack

SERVICES = ("reporting", "scoring", "notifications")
GROUP_EMPTIES_SECONDS = 8.0
COPIED_MAX = 60
POISONED = ("reports", "scores", "registry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: what is done to whom, for how long; `draw` decides the rest of it."""

    kind: str
    target: str
    seconds: float
    draw: int


# kind → targets, weight in a long run, shortest and longest duration
KINDS: Mapping[str, tuple[tuple[str, ...], int, float, float]] = {
    "kill service": (SERVICES, 12, 0, 1.5),
    "starve a service of its database and kill it": (SERVICES, 8, 0.6, 1.5),
    "freeze service": (SERVICES, 12, 0.2, 8),
    "restart service": (SERVICES, 6, 0, 1),
    "rebalance: a replica comes and goes": (SERVICES, 6, 1, 5),
    "rewind a service's offsets": (SERVICES, 5, 0, 0),
    "kill database": (("postgres",), 3, 0, 1),
    "freeze database": (("postgres",), 5, 0.2, 3),
    "restart database": (("postgres",), 2, 0, 0.5),
    "cut database connections": (("postgres",), 9, 0, 1.5),
    "slow database connections": (("postgres",), 5, 0.5, 2.5),
    "kill broker": (("kafka",), 2, 0, 1),
    "freeze broker": (("kafka",), 5, 0.2, 4),
    "restart broker": (("kafka",), 1, 0, 0.5),
    "cut broker connections": (("kafka",), 9, 0, 1.5),
    "slow broker connections": (("kafka",), 5, 0.5, 2.5),
    "a batch of poison on intake": (("records",), 6, 0, 0.3),
    "a batch of poison on our own topics": (("records",), 4, 0, 0.3),
    "records delivered again": (("records",), 11, 0, 0.3),
}


def planned(seed: int, count: int) -> list[Fault]:
    """Plan so many faults: each kind at least once where there are enough, the others by weight, in a drawn order."""
    dice = random.Random(f"faults-{seed}")
    names = list(KINDS)
    kinds = [*names[:count], *dice.choices(names, [KINDS[name][1] for name in names], k=max(0, count - len(names)))]
    dice.shuffle(kinds)
    return [_drawn(dice, kind) for kind in kinds]


def _drawn(dice: random.Random, kind: str) -> Fault:
    targets, _, shortest, longest = KINDS[kind]
    # Most faults are short: what hurts is their number, and two at a time.
    seconds = shortest + (longest - shortest) * dice.random() ** 2
    return Fault(kind=kind, target=dice.choice(targets), seconds=seconds, draw=dice.randrange(10**9))


class Shaker:
    """Does faults to a stack. Those of one target come one after the other, those of several at the same time."""

    def __init__(self, stack: ShakenStack, proxies: Mapping[str, Proxy], source: str) -> None:
        self._stack = stack
        self._proxies = proxies
        self._source = source
        self._producer = Producer(stack.bootstrap)
        self._ways: dict[str, Callable[[Fault], Awaitable[None]]] = {
            "kill": self._kill,
            "starve": self._starve,
            "freeze": self._freeze,
            "restart": self._restart,
            "rebalance:": self._rebalance,
            "rewind": self._rewind,
            "cut": self._cut,
            "slow": self._slow,
            "records": self._redeliver,
        }

    async def shake(self, faults: Sequence[Fault], done: Callable[[Fault], None], failed: Callable[[str], None]) -> None:
        """Do all faults of one round; one that could not be done is told, and the next one follows."""
        lanes: dict[str, list[Fault]] = {}
        for fault in faults:
            lanes.setdefault(fault.target, []).append(fault)
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(self._in_turn(lane, done, failed))

    async def _in_turn(self, lane: Sequence[Fault], done: Callable[[Fault], None], failed: Callable[[str], None]) -> None:
        for fault in lane:
            try:
                await self._ways.get(fault.kind.split()[0], self._poison)(fault)
            except (SetupFailed, KafkaError, OSError, TimeoutError) as failure:
                failed(f"{fault.kind} ({fault.target}): {failure!r}")
            else:
                done(fault)
            await asyncio.sleep(fault.draw % 100 / 100)

    async def _kill(self, fault: Fault) -> None:
        await asyncio.to_thread(self._stack.kill, fault.target)
        await asyncio.sleep(fault.seconds)
        await self._up(fault.target)

    async def _starve(self, fault: Fault) -> None:
        """Kill a service while its transactions hang: whatever it did too early stays done, and the rest is lost."""
        with self._stack.frozen("postgres"):
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(self._stack.kill, fault.target)
        await self._up(fault.target)

    async def _restart(self, fault: Fault) -> None:
        await asyncio.to_thread(self._stack.stop_part, fault.target)
        await asyncio.sleep(fault.seconds)
        await self._up(fault.target)

    async def _up(self, target: str) -> None:
        """Start a part. A service is not waited for: the next fault may meet it while it starts."""
        if target in SERVICES:
            self._stack.services[target].launch()
        else:
            await asyncio.to_thread(self._stack.restart, target)

    async def _freeze(self, fault: Fault) -> None:
        with self._stack.frozen(fault.target):
            await asyncio.sleep(fault.seconds)

    async def _rebalance(self, fault: Fault) -> None:
        replica = self._stack.replica(fault.target)
        replica.launch()
        await asyncio.sleep(2 + fault.seconds)
        await asyncio.to_thread(replica.kill if fault.draw % 2 else replica.stop)

    async def _rewind(self, fault: Fault) -> None:
        """Stop a service, set its groups' offsets back as a restored backup would, and start it."""
        await asyncio.to_thread(self._stack.stop_part, fault.target)
        for group in (name for name in CONSUMERS if name.startswith(f"{fault.target}.")):
            with suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(GROUP_EMPTIES_SECONDS):
                    await set_back(self._stack.bootstrap, group, fault.draw % 300)
        await self._up(fault.target)

    async def _cut(self, fault: Fault) -> None:
        self._proxies[fault.target].cut()
        await asyncio.sleep(fault.seconds)
        self._proxies[fault.target].mend()

    async def _slow(self, fault: Fault) -> None:
        self._proxies[fault.target].delay_seconds = 0.01 + fault.draw % 15 / 100
        await asyncio.sleep(fault.seconds)
        self._proxies[fault.target].mend()

    async def _poison(self, fault: Fault) -> None:
        dice = random.Random(fault.draw)
        topics = (f"intake.{self._source}",) if "intake" in fault.kind else POISONED
        await self._producer.deliver([poison(dice, dice.choice(topics)) for _ in range(dice.randint(20, 60))])
        await asyncio.sleep(fault.seconds)

    async def _redeliver(self, fault: Fault) -> None:
        """Put records that lie on a topic there once more, byte for byte, as a producer that was not answered would."""
        dice = random.Random(fault.draw)
        topic = dice.choice((f"intake.{self._source}", "reports", "scores", "registry"))
        there: list[Seen] = []
        with suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(20):
                there = [each for each in await read_topics(self._stack.bootstrap, [topic]) if each.name]
        if not there:
            return
        start = dice.randrange(len(there))
        some = there[start : start + dice.randint(1, COPIED_MAX)]
        copies: list[Delivery] = [(r.topic, r.key.encode(), r.value, [(n, t.encode()) for n, t in r.headers.items()]) for r in some]
        await self._producer.deliver(copies, [record.partition for record in some])

    async def close(self) -> None:
        """Let the producer go."""
        await self._producer.close()


def poison(dice: random.Random, topic: str) -> Delivery:
    """Make a record that nobody can read; on intake one without an id, which is known by its place."""
    value = dice.choice((b"", None, b"\x00\xff\xfe", b'{"no": ', b"[1, 2]", dice.randbytes(300)))
    if topic.startswith("intake."):
        return topic, b"P01", value, [("ce_type", b"vn.thidua.report-sent.v1"), ("odd", b"\xff")]
    unknown: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"poison"),
        ("ce_source", b"/poison"),
        ("ce_type", b"vn.thidua.report-submitted.v1"),
    ]
    bare: list[Headers] = [[], [("ce_id", None)], unknown]
    return topic, b"P01", value, dice.choice(bare)


async def set_back(bootstrap: str, group: str, records: int) -> None:
    """Set a group's offsets back; tried until the group is empty, for before that the coordinator refuses."""
    offsets = {(topic, partition): offset for (name, topic, partition), offset in (await read_offsets(bootstrap)).items() if name == group}
    back = {TopicPartition(*place): max(0, offset - records) for place, offset in offsets.items() if offset >= 0}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(back))
        while back and not await committed(consumer, back):  # noqa: ASYNC110 - the group empties when it does
            await asyncio.sleep(0.5)
    finally:
        await consumer.stop()


async def committed(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> bool:
    """Commit, and tell whether the coordinator took it."""
    try:
        await consumer.commit(dict(offsets))
    except KafkaError:
        return False
    return True
