"""Polling that loses nothing when the client library can not decode a record: its partition stops there, and all others go on.

A header whose *name* is not UTF-8, or a codec that is not installed, makes aiokafka's `getmany` raise; what the same call had taken
from other partitions is then gone, and the next commit would bury it. So every position goes back to the committed offset, each
partition is polled by itself, and the guilty one is read record by record up to the one that can not be decoded. There it waits until
an operator has had that record kept and says that it may be passed.
"""

import asyncio
import time
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError, UnsupportedCodecError

from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.skip import Skips

log = logger(__name__)

Found: TypeAlias = dict[TopicPartition, list[Any]]

COMMITTED_SECONDS_MAX = 5.0
AGAIN_SECONDS = 0.2
CAREFUL_WAIT_MS = 50
LOOK_SECONDS = 1.0
PASS_SECONDS_MAX = 5.0


class Poll:
    """Stands before the `getmany` of one client."""

    def __init__(self, client: AIOKafkaConsumer, consumer: str, skips: Skips) -> None:
        self._client = client
        self._getmany = client.getmany
        self._consumer = consumer
        self._skips = skips
        self._look_at = 0.0
        self._rewind = False
        self._suspects: set[TopicPartition] = set()
        self._guilty: dict[TopicPartition, int] = {}
        self._stuck: set[TopicPartition] = set()

    async def getmany(self, *, timeout_ms: int, max_records: int) -> Found:
        """Poll as the client does; after an error of decoding, with care until its cause is found."""
        self._show_stuck()
        await self._pass_skipped()
        try:
            if self._rewind:
                await self._go_back()
            if self._suspects or self._guilty:
                return await self._with_care(max_records)
            found: Found = await self._getmany(timeout_ms=timeout_ms, max_records=max_records)
        except Exception as error:
            if not (self._rewind or is_undecodable(error)):
                raise
            log.warning("poll-failed", consumer=self._consumer, error=repr(error))
            self._rewind = True
            await asyncio.sleep(AGAIN_SECONDS)
            return {}
        return found

    async def _go_back(self) -> None:
        """Set every position to what is committed, and suspect all; nothing is polled before that is done."""
        assigned = self._client.assignment()
        for partition in assigned:
            committed = await asyncio.wait_for(self._client.committed(partition), COMMITTED_SECONDS_MAX)
            if committed is None:
                await self._client.seek_to_beginning(partition)
            else:
                self._client.seek(partition, committed)
        self._suspects = set(assigned) - self._stuck
        self._rewind = False

    async def _with_care(self, max_records: int) -> Found:
        """Poll one partition by itself: an error takes nothing else with it, and tells whose it is."""
        assigned = self._client.assignment()
        self._suspects &= assigned
        self._guilty = {partition: left for partition, left in self._guilty.items() if partition in assigned}
        for partition in sorted(self._suspects | self._guilty.keys()):
            if found := await self._alone(partition, max_records):
                return found
        return {}

    async def _alone(self, partition: TopicPartition, max_records: int) -> Found:
        at_once = 1 if partition in self._guilty else max_records
        try:
            found: Found = await self._getmany(partition, timeout_ms=CAREFUL_WAIT_MS, max_records=at_once)
        except Exception as error:
            if not is_undecodable(error):
                raise
            await self._accuse(partition, max_records, error)
            return {}
        await self._acquit(partition, len(found.get(partition, ())))
        return found

    async def _accuse(self, partition: TopicPartition, records: int, error: Exception) -> None:
        """Read the partition record by record from now on; or stop it, where the very next record is the one."""
        self._suspects.discard(partition)
        if partition not in self._guilty:
            self._guilty[partition] = records
            return
        del self._guilty[partition]
        self._stuck.add(partition)
        self._client.pause(partition)
        offset = await self._client.position(partition)
        place = {"topic": partition.topic, "partition": partition.partition, "offset": offset}
        log.error("partition-stuck", consumer=self._consumer, **place, error=repr(error))

    async def _acquit(self, partition: TopicPartition, records: int) -> None:
        """Trust a partition again that gave records, or has none."""
        if partition in self._guilty:
            self._guilty[partition] -= records
            if self._guilty[partition] <= 0:
                del self._guilty[partition]
        elif records or await self._client.position(partition) >= (self._client.highwater(partition) or 0):
            self._suspects.discard(partition)

    async def _pass_skipped(self) -> None:
        """Look now and then whether an operator lets a stuck partition go on; whatever fails here is tried again later."""
        if not self._stuck or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        for partition in sorted(self._stuck):
            try:
                async with asyncio.timeout(PASS_SECONDS_MAX):
                    await self._pass(partition)
            except Exception as error:  # noqa: BLE001 - what leaves `getmany` would end the polling
                log.warning("skip-waits", consumer=self._consumer, topic=partition.topic, partition=partition.partition, error=repr(error))

    async def _pass(self, partition: TopicPartition) -> None:
        """Go past the record that an operator had kept: everything before it is dealt with, for this partition gave nothing since."""
        place = (partition.topic, partition.partition, await self._client.position(partition))
        beyond = await self._skips.beyond(*place)
        if beyond is None:
            return
        await self._client.commit({partition: beyond})
        self._client.seek(partition, beyond)
        self._client.resume(partition)
        self._stuck.discard(partition)
        self._suspects.add(partition)
        await self._skips.done(*place)
        log.warning("record-skipped", consumer=self._consumer, topic=partition.topic, partition=partition.partition, goes_on_at=beyond)

    def _show_stuck(self) -> None:
        """A rebalance clears pauses: then the partition is tried again, here or elsewhere."""
        if self._stuck:
            self._stuck &= self._client.paused()
        metrics.PARTITIONS_STUCK.labels(self._consumer).set(len(self._stuck))


def is_undecodable(error: Exception) -> bool:
    """Tell an error of decoding, after which records are gone, from what the cluster says, after which none are."""
    if isinstance(error, CorruptRecordException | UnsupportedCodecError):
        return True
    return not isinstance(error, KafkaError | ConsumerStoppedError)
