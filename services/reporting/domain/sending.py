"""What was sent, before anybody judged it: whose it is, what makes it the same as another, when it counts as handed in."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from services.reporting.domain.drafts import Draft
from services.reporting.domain.problems import Problem
from services.reporting.domain.scopes import Scope
from shared.plan.values import plain

# More than one batch has: within it each name is asked for several times.
RECEIPTS_REMEMBERED_MAX = 4_096
RECEIPT_NAMESPACE = uuid.UUID("2b7d6a5e-3c0f-5b11-9c55-6d1a0f0b7e42")


class Channel(StrEnum):
    """The way by which it came."""

    HTTP = "http"
    KAFKA = "kafka"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One report as it was sent. `source` and `event_id` are its identity, for ever; `digest` tells whether the body is the same.

    `submitted_at` is when our HTTP side received it or the broker appended it, never what the sender claims.
    `scope` is that of the key it was sent with; none where the way has no key, and the source's own keys count.
    """

    source: str
    event_id: str
    channel: Channel
    submitted_at: datetime
    digest: str
    draft: Draft
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    raw: bytes
    traceparent: str | None = None
    scope: Scope | None = None

    @property
    def receipt(self) -> uuid.UUID:
        """The same report has the same receipt, whichever way it comes and however often."""
        return receipt_of(self.source, self.event_id)

    @property
    def conflict_receipt(self) -> uuid.UUID:
        """Another body under a known identity has a receipt of its own; that of the first is not touched."""
        return receipt_of(self.source, self.event_id, self.digest)


@lru_cache(RECEIPTS_REMEMBERED_MAX)
def receipt_of(*parts: str) -> uuid.UUID:
    """Name a receipt after what it is for."""
    return uuid.uuid5(RECEIPT_NAMESPACE, "\x1f".join(parts))


def digest_of_raw(raw: bytes) -> str:
    """SHA-256 of a body that could not be read: equal only to itself, byte for byte."""
    return hashlib.sha256(raw).hexdigest()


def digest_of_data(data: object) -> str:
    """SHA-256 of decoded JSON in canonical form: order of keys, white space and trailing zeros make no difference."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def canonical(data: object) -> str:
    """Write decoded JSON so that equal data give equal text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=tagged_number)


def tagged_number(number: object) -> object:
    """A fraction is written in plain digits, as an object, so that it is never the same as a text of these digits."""
    if not isinstance(number, Decimal):
        raise TypeError(f"not JSON: {type(number).__name__}")
    text = plain(number)
    return int(text) if text.lstrip("-").isdecimal() else {"number": text}
