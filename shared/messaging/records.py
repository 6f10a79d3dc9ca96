"""A record exactly as the broker holds it: whatever bytes a sender chose, reading it can not raise."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class RawRecord(Protocol):
    """The part of aiokafka's ConsumerRecord that is read; its own annotations promise less than it gives (headers may be null)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One Kafka record. `appended_at` is the broker's instant on intake (LogAppendTime), the producer's elsewhere."""

    topic: str
    partition: int
    offset: int
    appended_at: datetime
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def coordinates(self) -> str:
        """Where it stands, for example `reports/2/4711`."""
        return f"{self.topic}/{self.partition}/{self.offset}"


EARLIEST_MS = 0
LATEST_MS = 253_402_300_799_000  # 9999-12-31; a timestamp beyond it has no datetime


def record_of(raw: RawRecord) -> Record:
    """Take over what the client library read; an impossible timestamp becomes the nearest possible one."""
    timestamp_ms = min(max(raw.timestamp, EARLIEST_MS), LATEST_MS)
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        appended_at=datetime.fromtimestamp(timestamp_ms / 1000, UTC),
        key=raw.key,
        value=raw.value,
        headers=tuple(raw.headers),
    )
