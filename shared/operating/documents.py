"""How dead letters and consumers are written in JSON, the same over HTTP and on the command line."""

import base64
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.messaging.dead_letters import DeadLetter, DeadLetterWhole, State
from shared.operating.deciding import Decided, Outcome
from shared.operating.running import ConsumerStanding
from shared.operating.stuck import Stuck


class DeadLetterDocument(BaseModel):
    """A record that could not be applied: where it stands, why, and what became of it."""

    number: int = Field(examples=[17])
    consumer: str = Field(description="Who could not apply it.", examples=["scoring.reports"])
    topic: str
    partition: int
    offset: int
    appended_at: datetime = Field(description="When the broker or the sender says that it was appended.")
    source: str | None = Field(description="Source of the event, where it could be read that far.")
    event_id: str | None = Field(description="Id of the event for this consumer, where it could be read that far.")
    code: str = Field(description="`internal` is a fault of ours; every other code is the record's.", examples=["data-invalid"])
    reason: str
    state: State = Field(description="open until it is applied or dropped; a dropped one is applied when its event is delivered again.")
    found_at: datetime
    attempts: int
    closed_at: datetime | None
    closed_because: str | None


class BytesDocument(BaseModel):
    """Bytes as they came; `text` where they are UTF-8."""

    base64: str
    text: str | None


class HeaderDocument(BaseModel):
    """A header; bytes of its name that are not UTF-8 are written as escapes."""

    name: str
    value: BytesDocument | None


class DeadLetterWholeDocument(DeadLetterDocument):
    """A dead letter with its record and the trace of what went wrong."""

    key: BytesDocument | None
    value: BytesDocument | None
    headers: list[HeaderDocument]
    trace: str


class OutcomeDocument(BaseModel):
    """What came of one dead letter."""

    number: int
    outcome: Outcome
    code: str | None
    reason: str | None


class ConsumerDocument(BaseModel):
    """A consumer: what it hears, whether it runs, and how many of its dead letters wait."""

    name: str = Field(examples=["scoring.reports"])
    topics: list[str] = Field(description="What it hears, where that is not a pattern.")
    pattern: str | None = Field(description="Regular expression over the names of topics that it hears.")
    state: Literal["running", "stopped"] = Field(description="stopped: our own code failed five times in a minute.")
    stopped_at: datetime | None
    stopped_because: str | None
    open_dead_letters: int


class StuckDocument(BaseModel):
    """A partition whose next record can not be decoded."""

    consumer: str
    topic: str
    partition: int
    offset: int
    behind: int = Field(description="Records that wait, this one among them.")
    reason: str
    whole_batch: bool = Field(description="The batch can only be kept and skipped as a whole.")


def _fields(letter: DeadLetter) -> dict[str, object]:
    names = (name for name in DeadLetterDocument.model_fields if name != "event_id")
    return {"event_id": letter.id, **{name: getattr(letter, name) for name in names}}


def letter_document(letter: DeadLetter) -> DeadLetterDocument:
    """Write a dead letter down."""
    return DeadLetterDocument.model_validate(_fields(letter))


def whole_document(whole: DeadLetterWhole) -> DeadLetterWholeDocument:
    """Write a dead letter down with its record."""
    record = whole.record
    headers = [HeaderDocument(name=name, value=bytes_document(value)) for name, value in record.headers]
    content = {"key": bytes_document(record.key), "value": bytes_document(record.value), "headers": headers, "trace": whole.trace}
    return DeadLetterWholeDocument.model_validate({**_fields(whole.letter), **content})


def bytes_document(raw: bytes | None) -> BytesDocument | None:
    """Write bytes down so that they can be read and brought back; None is null."""
    return None if raw is None else BytesDocument(base64=base64.b64encode(raw).decode(), text=text_of(raw))


def text_of(raw: bytes) -> str | None:
    """Read bytes as text, if they are."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def outcome_document(decided: Decided) -> OutcomeDocument:
    """Write down what came of a dead letter."""
    failure = decided.failure
    return OutcomeDocument(
        number=decided.letter.number,
        outcome=decided.outcome,
        code=failure.code if failure else None,
        reason=failure.reason if failure else None,
    )


def consumer_document(standing: ConsumerStanding) -> ConsumerDocument:
    """Write a consumer down."""
    stopped = standing.stopped
    return ConsumerDocument(
        name=standing.name,
        topics=list(standing.topics),
        pattern=standing.pattern,
        state="stopped" if stopped else "running",
        stopped_at=stopped.opened_at if stopped else None,
        stopped_because=stopped.reason if stopped else None,
        open_dead_letters=standing.open_dead_letters,
    )


def stuck_document(stuck: Stuck) -> StuckDocument:
    """Write down what stands in a consumer's way."""
    found = stuck.found
    return StuckDocument(
        consumer=stuck.consumer,
        topic=found.record.topic,
        partition=found.record.partition,
        offset=found.record.offset,
        behind=stuck.behind,
        reason=found.reason,
        whole_batch=found.whole_batch,
    )
