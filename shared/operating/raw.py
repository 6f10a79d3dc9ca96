"""Reads what the client library can not: the batch of records as the broker sent it, so that a record can be kept before it is passed.

The library remains the judge of what can be read. Only where it gives up is the batch taken apart here, with any bytes as header names;
one that can not be taken apart either (a checksum that is wrong, a codec that nobody knows) is handed over whole.
"""

import struct
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from shared.messaging import KafkaSettings, Record, Unavailable
from shared.messaging.kafka import bare_client
from shared.messaging.records import record_of

UNDECODABLE = "undecodable"
BATCH_UNDECODABLE = "batch-undecodable"
FETCH_WAIT_MS = 500
FETCH_BYTES_MAX = 1_048_576  # a first batch that is larger comes whole all the same
REASON_LENGTH_MAX = 500

# In order: base offset, length, leader epoch, magic, checksum, attributes, delta of the last offset, first and latest timestamp,
# three numbers of the producer, count of records.
HEADER = struct.Struct(">qiibIhiqqqhii")
LENGTH_END, CRC_END, MAGIC = 12, 21, 2
CODECS: Mapping[int, Callable[[bytes], bytes]] = MappingProxyType({1: gzip_decode, 2: snappy_decode, 3: lz4_decode, 4: zstd_decode})
CODEC_MASK, APPEND_TIME_MASK = 0x07, 0x08


class BatchBroken(Exception):
    """The batch is not what its header says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """The next record is one that can be read."""

    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The next record can not be decoded. `record` has the bytes of its header names escaped, or is its whole batch."""

    record: Record
    goes_on_at: int
    reason: str
    whole_batch: bool


@dataclass(slots=True, kw_only=True)
class Bytes:
    """One record with all that is in it as it came."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Eye:
    """Looks at single places of partitions."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client

    async def look(self, partition: TopicPartition, offset: int) -> Readable | Unreadable | None:
        """Tell what stands at the offset or is the first behind it; None where nothing does."""
        data, aborted = await self._fetch(partition, offset)
        records = PartitionRecords(partition, MemoryRecords(data), aborted, offset, None, None, True, READ_COMMITTED)
        try:
            found = next(records, None)
        except Exception as error:  # noqa: BLE001 - whatever it is: the library can not read on
            reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH_MAX]
            return unreadable(partition, data, records.next_fetch_offset, reason)
        return None if found is None else Readable(offset=found.offset)

    async def _fetch(self, partition: TopicPartition, offset: int) -> tuple[bytes, list[tuple[int, int]]]:
        """Ask the leader; raises KafkaError, or Unavailable where there is no leader."""
        await self._client.add_topic(partition.topic)
        leader = self._client.cluster.leader_for_partition(partition)
        if leader is None or leader < 0:
            raise Unavailable(f"{partition.topic}/{partition.partition} has no leader now")
        wanted = [(partition.topic, [(partition.partition, offset, FETCH_BYTES_MAX)])]
        answer = await self._client.send(leader, FetchRequest(FETCH_WAIT_MS, 1, FETCH_BYTES_MAX, READ_COMMITTED, wanted))
        ((_, ((_, code, _, *rest),)),) = answer.topics
        if code:
            raise for_code(code)(f"{partition.topic}/{partition.partition}/{offset}")
        return rest[-1] or b"", rest[2 if answer.API_VERSION >= 11 else -2] or []


@asynccontextmanager
async def opened(kafka: KafkaSettings) -> AsyncIterator[Eye]:
    """Open a connection to look through; the caller bounds the time."""
    client = bare_client(kafka)
    try:
        await client.bootstrap()
        yield Eye(client)
    finally:
        await client.close()


def unreadable(partition: TopicPartition, data: bytes, offset: int, reason: str) -> Unreadable:
    """Take the record at the offset, or the first behind it, out of its batch; or the whole batch."""
    batch, last_offset, timestamp = batch_at(data, offset)
    try:
        raw = next(each for each in records_in(batch, partition) if each.offset >= offset)
    except Exception:  # noqa: BLE001 - what can not be taken apart is kept whole
        whole = Bytes(topic=partition.topic, partition=partition.partition, offset=offset, timestamp=timestamp, value=batch)
        return Unreadable(record=record_of(whole), goes_on_at=last_offset + 1, reason=reason, whole_batch=True)
    return Unreadable(record=record_of(raw), goes_on_at=raw.offset + 1, reason=reason, whole_batch=False)


def batch_at(data: bytes, offset: int) -> tuple[bytes, int, int]:
    """Find the batch that holds the offset; returns it with its last offset and its latest timestamp."""
    place = 0
    while len(data) - place >= HEADER.size:
        base, length, _, _, _, _, last_delta, _, latest, *_ = HEADER.unpack_from(data, place)
        end = place + LENGTH_END + length
        if base + last_delta >= offset:
            return bytes(data[place:end]), base + last_delta, latest
        place = end
    raise BatchBroken(f"nothing stands at {offset}")


def records_in(batch: bytes, partition: TopicPartition) -> Iterator[Bytes]:
    """Take a batch apart; raises whatever it is that does not fit."""
    base, _, _, magic, crc, attributes, _, first, latest, _, _, _, count = HEADER.unpack_from(batch)
    if magic != MAGIC or crc != calc_crc32c(batch[CRC_END:]):
        raise BatchBroken("its format or its checksum is wrong")
    codec, body = attributes & CODEC_MASK, batch[HEADER.size :]
    reading = Reading(CODECS[codec](body) if codec else body)
    for _ in range(count):
        delta, offset_delta = reading.start()
        yield Bytes(
            topic=partition.topic,
            partition=partition.partition,
            offset=base + offset_delta,
            timestamp=latest if attributes & APPEND_TIME_MASK else first + delta,
            key=reading.piece(),
            value=reading.piece(),
            headers=tuple(reading.header() for _ in range(reading.number())),
        )


class Reading:
    """Reads on through the bytes of a batch."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def start(self) -> tuple[int, int]:
        """Read a record's beginning up to its key: what its timestamp and its offset add to the batch's."""
        self.number()
        self._place += 1
        return self.number(), self.number()

    def number(self) -> int:
        """Read an integer of variable length, the sign in its lowest bit."""
        value = shift = 0
        while True:
            byte = self._data[self._place]
            self._place += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7

    def piece(self) -> bytes | None:
        """Read bytes with their length before them; a negative length is null."""
        length = self.number()
        if length < 0:
            return None
        if self._place + length > len(self._data):
            raise BatchBroken("it ends too early")
        self._place += length
        return self._data[self._place - length : self._place]

    def header(self) -> tuple[str, bytes | None]:
        """Read a header; bytes of its name that are not UTF-8 are escaped so that they can be written back."""
        return (self.piece() or b"").decode("utf-8", "surrogateescape"), self.piece()
