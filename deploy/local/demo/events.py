"""Every event of every topic, read back from Kafka as any consumer would, and written as JSON lines."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord

READ_SECONDS_MAX = 30


async def read_topics(bootstrap: str, topics: Sequence[str]) -> list[ConsumerRecord]:
    """Read all that the topics hold now."""
    # Without a group the consumer is given every partition of its topics.
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await asyncio.wait_for(consumer.start(), READ_SECONDS_MAX)
    try:
        return await asyncio.wait_for(_read_to_end(consumer), READ_SECONDS_MAX)
    finally:
        await asyncio.wait_for(consumer.stop(), READ_SECONDS_MAX)


async def _read_to_end(consumer: AIOKafkaConsumer) -> list[ConsumerRecord]:
    ends = await consumer.end_offsets(sorted(consumer.assignment()))
    records: list[ConsumerRecord] = []
    while not all([await consumer.position(partition) >= end for partition, end in ends.items()]):
        batches = await consumer.getmany(timeout_ms=500, max_records=5_000)
        records.extend(chain.from_iterable(batches.values()))
    return sorted(records, key=lambda record: (record.topic, record.partition, record.offset))


def count_events(records: Sequence[ConsumerRecord]) -> dict[str, Counter[str]]:
    """Count records by topic and event."""
    counts: dict[str, Counter[str]] = {}
    for record in records:
        counts.setdefault(record.topic, Counter())[event_name(record)] += 1
    return counts


def event_name(record: ConsumerRecord) -> str:
    """Name the event of a record; what is no CloudEvent of ours is named so."""
    type_ = _header(record, "ce_type")
    return type_.split(".")[-2] if type_.count(".") > 1 else "unreadable"


def _header(record: ConsumerRecord, name: str) -> str:
    value = dict(record.headers).get(name)
    return value.decode(errors="replace") if value is not None else ""


def write_lines(records: Sequence[ConsumerRecord], path: Path) -> None:
    """Write one JSON line for each record: where it lies, its headers, its data."""
    with path.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(_line(record), ensure_ascii=False) + "\n")


def _line(record: ConsumerRecord) -> dict[str, Any]:
    headers = {name: value.decode(errors="replace") if value is not None else None for name, value in record.headers}
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "timestamp_ms": record.timestamp}
    key = record.key.decode(errors="replace") if record.key is not None else None
    return place | {"key": key, "headers": headers, "data": _data(record.value)}


def _data(value: bytes | None) -> object:
    try:
        return json.loads(value or b"null")
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {"unreadable_bytes": (value or b"").hex()}
