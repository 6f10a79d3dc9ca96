"""The outbox: what is announced commits with its cause, and waits there, in order, until the broker has it safely."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.messaging.errors import Rejected
from shared.messaging.locks import Lock

# The broker counts a whole batch, 1,048,588 bytes unless told otherwise; a record alone in its batch must fit with its framing.
RECORD_BYTES_MAX = 1_000_000
RECORD_FRAME_BYTES = 100
HEADER_FRAME_BYTES = 10
SHARDS = 16
RELAY = "relay"
TABLE = "outbox"

# The headers of a record are CloudEvents' attributes: those below have a column each, the others are the same on every record.
HEADER_COLUMNS = ("ce_source", "ce_subject", "ce_time", "ce_test", "traceparent")
COLUMN_NAMES = frozenset(HEADER_COLUMNS)
ROW_COLUMNS = ("shard", "id", "aggregatetype", "aggregateid", "type", "payload", "announced_at", *HEADER_COLUMNS)
SAME_HEADERS = (("ce_specversion", b"1.0"), ("content-type", b"application/json"))
SAME_TEXTS = {name: value.decode() for name, value in SAME_HEADERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One record to be sent. `lock` is the one that orders the topic's key: the transaction must hold it exclusively."""

    topic: str
    key: str
    lock: Lock
    type: str
    id: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes

    @property
    def size_bytes(self) -> int:
        """What the record takes in a batch, rounded up."""
        headers = sum(len(name.encode()) + len(value) + HEADER_FRAME_BYTES for name, value in self.headers)
        return len(self.key.encode()) + len(self.value) + headers + RECORD_FRAME_BYTES


class HeaderUnknown(Exception):
    """An announcement carries a header that is not an attribute of CloudEvents as we send them: a fault in our code."""


def shard_of(topic: str, key: str) -> int:
    """All rows of one topic and key are relayed by whoever owns their shard."""
    return zlib.crc32(f"{topic}\x00{key}".encode()) % SHARDS


def check_sizes(announcements: Sequence[Announcement]) -> None:
    """Refuse what the broker would refuse, while the transaction can still roll back."""
    for announcement in announcements:
        if announcement.size_bytes > RECORD_BYTES_MAX:
            detail = (
                f"{announcement.type} for {announcement.key[:100]} takes {announcement.size_bytes} bytes; {RECORD_BYTES_MAX} are allowed"
            )
            raise Rejected("record-too-large", detail)


def rows_of(announcements: Sequence[Announcement], now: datetime) -> list[tuple[object, ...]]:
    """Lay announcements out as rows of ROW_COLUMNS; raises HeaderUnknown for a header that the relay would not send just so."""
    return [
        (shard_of(each.topic, each.key), each.id, each.topic, each.key, each.type, each.value, now, *header_columns(each))
        for each in announcements
    ]


def header_columns(announcement: Announcement) -> tuple[str | None, ...]:
    """Lay the headers of an announcement out as the columns of HEADER_COLUMNS."""
    texts = header_texts(announcement)
    return tuple([texts.get(name) for name in HEADER_COLUMNS])


def header_texts(announcement: Announcement) -> dict[str, str]:
    """Read the headers that have a column; the others must be those that every record of its type and id carries."""
    texts: dict[str, str] = {}
    own = {**SAME_TEXTS, "ce_id": announcement.id, "ce_type": announcement.type}
    for name, value in announcement.headers:
        text = value.decode()
        sent = texts.setdefault(name, text) if name in COLUMN_NAMES else own.get(name)
        if sent != text:
            raise HeaderUnknown(f"{announcement.type} carries a header that the outbox has no place for: {name}={text}")
    return texts


def headers_sent(id_: str, type_: str, texts: Mapping[str, str | None]) -> list[tuple[str, bytes]]:
    """Write the headers of one row as the record carries them; an attribute that is null is left out."""
    written = ((name, texts.get(name)) for name in HEADER_COLUMNS)
    return [
        *SAME_HEADERS,
        ("ce_id", id_.encode()),
        ("ce_type", type_.encode()),
        *((name, text.encode()) for name, text in written if text is not None),
    ]
