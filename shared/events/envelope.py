"""CloudEvents 1.0 in binary mode: attributes in `ce_*` headers, the fact as JSON in the value, W3C `traceparent` beside them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import ValidationError

from shared.events.fields import Fact
from shared.events.topics import FACT_BY_TYPE, TYPE_BY_FACT, TYPE_PREFIX, TYPE_SUFFIX
from shared.messaging import Announcement, Lock, Record, Rejected

CONTENT_TYPE = b"application/json"
EVENT_NAMESPACE = uuid.UUID("6f0a1c52-0f5b-5c7e-9d1e-7d3f0c8f4b11")
REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type")

D = TypeVar("D", bound=Fact)
D_co = TypeVar("D_co", bound=Fact, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Generic[D_co]):
    """One event. `source` and `id` together are its identity, for ever."""

    id: str
    source: str
    subject: str
    time: datetime
    data: D_co
    traceparent: str | None = None
    test: bool = False

    @property
    def type(self) -> str:
        """CloudEvents type, for example `vn.thidua.report-submitted.v1`."""
        return TYPE_BY_FACT[type(self.data)]

    @property
    def name(self) -> str:
        """Return the short name, for example `report-submitted`."""
        return self.type.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX)


def derived_id(type_: str, movement: str, period: str, subject: str, revision: int) -> str:
    """Name an event of ours: the same fact has the same id whoever computes it, whenever."""
    parts = (type_, movement, period, subject, str(revision))
    return str(uuid.uuid5(EVENT_NAMESPACE, "\x1f".join(parts)))


def derive(
    *,
    service: str,
    data: D,
    subject: str,
    revision: int,
    time: datetime,
    period: str = "",
    traceparent: str | None = None,
    test: bool = False,
) -> Event[D]:
    """Make an event of ours out of a fact."""
    movement = str(getattr(data, "movement", ""))
    id_ = derived_id(TYPE_BY_FACT[type(data)], movement, period or str(getattr(data, "period", "")), subject, revision)
    return Event(id=id_, source=f"/thidua/{service}", subject=subject, time=time, data=data, traceparent=traceparent, test=test)


def headers_of(event: Event[Fact]) -> tuple[tuple[str, bytes], ...]:
    """Write the attributes of an event as Kafka headers."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.type,
        "ce_subject": event.subject,
        "ce_time": event.time.isoformat().replace("+00:00", "Z"),
        "ce_test": "true" if event.test else None,
        "traceparent": event.traceparent,
    }
    written = tuple((name, value.encode()) for name, value in attributes.items() if value is not None)
    return (*written, ("content-type", CONTENT_TYPE))


def announcement(event: Event[Fact], *, topic: str, key: str, lock: Lock) -> Announcement:
    """Make the outbox row of an event; `lock` is what keeps the order of its key."""
    return Announcement(
        topic=topic,
        key=key,
        lock=lock,
        type=event.type,
        id=event.id,
        headers=headers_of(event),
        value=event.data.model_dump_json().encode(),
    )


def read_event(record: Record) -> Event[Fact]:
    """Read a record of one of our own topics; raise Rejected with a stable code where it cannot be read."""
    headers = _attributes(record)
    fact = FACT_BY_TYPE.get(headers["ce_type"])
    if fact is None:
        raise Rejected("type-unknown", f"no such event type: {headers['ce_type'][:200]}")
    try:
        data = fact.model_validate_json(record.value or b"")
    except ValidationError as error:
        raise Rejected("data-invalid", _first_problem(error)) from error
    return Event(
        id=headers["ce_id"],
        source=headers["ce_source"],
        subject=headers.get("ce_subject", ""),
        time=_instant(headers.get("ce_time"), otherwise=record.appended_at),
        data=data,
        traceparent=headers.get("traceparent"),
        test=headers.get("ce_test") == "true",
    )


def _attributes(record: Record) -> Mapping[str, str]:
    """Read the headers that an envelope is made of; others may hold anything. One without a value is absent: Debezium writes it so."""
    found: dict[str, str] = {}
    for name, value in record.headers:
        if value is not None and (name.startswith("ce_") or name == "traceparent"):
            found[name] = _text(name, value)
    lacking = [name for name in REQUIRED if not found.get(name)]
    if lacking:
        raise Rejected("header-missing", f"headers lacking: {', '.join(lacking)}")
    return found


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Rejected("header-invalid", f"header {name} is not UTF-8") from error


def _instant(text: str | None, *, otherwise: datetime) -> datetime:
    """Read what the envelope claims as time; it is only a claim, so an unreadable one falls back to the broker's."""
    try:
        claimed = datetime.fromisoformat(text) if text else otherwise
    except ValueError:
        return otherwise
    return claimed if claimed.tzinfo is not None else otherwise


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = "/".join(str(part) for part in first["loc"])
    return f"{error.error_count()} problem(s), the first at /{place}: {first['msg']}"[:500]
