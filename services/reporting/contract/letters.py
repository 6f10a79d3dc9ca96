"""A letter is what a sender handed over: bytes and headers, with whose it is and when it came. Reading one never raises.

CloudEvents in binary or structured mode and plain JSON are read alike. The sender's id is taken; its source is not: whose a
letter is, the topic or the key tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.reporting.contract.sentences import problem_of_fault
from services.reporting.domain.drafts import CODE_LENGTH_MAX, Draft, read_draft
from services.reporting.domain.judging import is_in_future
from services.reporting.domain.problems import Problem, problem
from services.reporting.domain.scopes import Scope
from services.reporting.domain.sending import Channel, Sent, digest_of_data, digest_of_raw
from shared.events import INTAKE
from shared.events.intake import ReportSent
from shared.events.topics import TYPE_BY_FACT
from shared.http.body import BodyInvalid, normalise, read_json
from shared.messaging import Record
from shared.tracing import new_traceparent, valid_traceparent

STRUCTURED = "application/cloudevents+json"
ALLOWED_TYPES = f"application/json, {STRUCTURED}"
REPORT_TYPE = TYPE_BY_FACT[ReportSent]
SPECVERSION = "1.0"
TOPIC_PREFIX = INTAKE.named("")
FAULTY_HEADERS_NAMED_MAX = 10
UNREAD = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter. `place` names it where the sender does not: topic/partition/offset; empty over HTTP."""

    source: str
    channel: Channel
    place: str
    received_at: datetime
    headers: tuple[tuple[str, bytes | None], ...]
    body: bytes | None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands around the data: CloudEvents attributes, each as claimed."""

    id: object = None
    type: object = None
    specversion: object = None
    time: object = None
    data: object = UNREAD


def record_as_letter(record: Record) -> Letter:
    """Take a record of intake as a letter of the source that its topic is named after, handed in when the broker appended it."""
    return Letter(
        source=record.topic.removeprefix(TOPIC_PREFIX),
        channel=Channel.KAFKA,
        place=record.coordinates,
        received_at=record.appended_at,
        headers=record.headers,
        body=record.value,
    )


def read_letter(letter: Letter) -> Sent:
    """Read everything that is readable, and name everything that is not."""
    raw = letter.body or b""
    headers, problems = read_headers(letter.headers)
    problems += faults_of_media_type(headers)
    tree, notes, faults = read_tree(raw)
    envelope = envelope_of(headers, tree)
    problems += [*faults, *faults_of_envelope(envelope, tree)]
    event_id, faults = identity_in(envelope, headers, letter)
    traceparent = headers.get("traceparent")
    return Sent(
        source=letter.source,
        event_id=event_id,
        channel=letter.channel,
        submitted_at=letter.received_at,
        digest=digest_of_raw(raw) if envelope.data is UNREAD else digest_of_data(envelope.data),
        draft=Draft() if envelope.data is UNREAD else read_draft(envelope.data),
        problems=tuple(problems + faults),
        notes=(*notes, *notes_on_time(envelope, letter.received_at)),
        raw=raw,
        traceparent=new_traceparent(traceparent if valid_traceparent(traceparent) else None),
        scope=letter.scope,
    )


def read_headers(headers: tuple[tuple[str, bytes | None], ...]) -> tuple[dict[str, str], list[Problem]]:
    """Read headers as text; one that is null or no text is a fault, for nobody can tell what it was meant to say."""
    read = [(name, text_of(value)) for name, value in headers]
    texts = {name.lower(): text for name, text in read if text is not None}
    # A name may hold whatever a sender likes; the receipt that names it must be kept.
    faulty = [name.replace("\x00", "\ufffd") for name, text in read if text is None]
    return texts, [problem("header-invalid", header=name) for name in faulty[:FAULTY_HEADERS_NAMED_MAX]]


def text_of(value: bytes | None) -> str | None:
    """Decode UTF-8; none where it is null, something else, or holds the one character that PostgreSQL can not keep."""
    try:
        return None if value is None or b"\x00" in value else value.decode()
    except UnicodeDecodeError:
        return None


def media_type_in(headers: Mapping[str, str]) -> str:
    """The media type without its parameters; JSON where none is said."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() or "application/json"


def faults_of_media_type(headers: Mapping[str, str]) -> list[Problem]:
    """One report in JSON is taken, nothing else."""
    media_type = media_type_in(headers)
    is_json = media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))
    if is_json and media_type != "application/cloudevents-batch+json":
        return []
    return [problem("content-type-unsupported", content_type=media_type, allowed=ALLOWED_TYPES)]


def read_tree(raw: bytes) -> tuple[object, list[Problem], list[Problem]]:
    """Decode JSON strictly and bring its text to NFC: the tree, notes and faults."""
    try:
        tree = read_json(raw)
        normal = tree if is_plain(raw) else normalise(tree)
    except BodyInvalid as invalid:
        return UNREAD, [], [problem_of_fault(fault) for fault in invalid.faults]
    return normal, [] if normal is tree else [problem("text-normalised")], []


def is_plain(raw: bytes) -> bool:
    """Tell whether the text can only be ASCII, which is always in NFC: then there is no need to look at every text in it."""
    return raw.isascii() and b"\\u" not in raw


def envelope_of(headers: Mapping[str, str], tree: object) -> Envelope:
    """Find the attributes: in the headers, or around the data where the letter is structured."""
    if media_type_in(headers) != STRUCTURED:
        names = {"id": "ce_id", "type": "ce_type", "specversion": "ce_specversion", "time": "ce_time"}
        return Envelope(data=tree, **{name: headers.get(header) for name, header in names.items()})
    if not isinstance(tree, dict):
        return Envelope()
    found = {name: tree.get(name) for name in ("id", "type", "specversion", "time")}
    return Envelope(data=tree.get("data", UNREAD), **found)


def faults_of_envelope(envelope: Envelope, tree: object) -> Iterator[Problem]:
    """There are data in it; where the sender names a type or a version of CloudEvents, it is the one that is taken here."""
    if envelope.data is UNREAD and isinstance(tree, dict):
        yield problem("field-missing", "/data", field="data")
    elif envelope.data is UNREAD and tree is not UNREAD:
        yield problem("field-wrong-type", field="event", expected_vi="một đối tượng JSON", expected_en="a JSON object")
    if envelope.type not in (None, REPORT_TYPE):
        yield problem("type-unknown", type=envelope.type, allowed=REPORT_TYPE)
    if envelope.specversion not in (None, SPECVERSION):
        yield problem("choice-unknown", field="specversion", allowed=SPECVERSION)


def identity_in(envelope: Envelope, headers: Mapping[str, str], letter: Letter) -> tuple[str, list[Problem]]:
    """The sender's id. One that is missing or can not be kept is replaced by the letter's place, so that it still has a receipt."""
    claimed = envelope.id if envelope.id not in (None, "") else headers.get("ce_id") or headers.get("idempotency-key") or None
    if claimed is None:
        return letter.place, [] if letter.place else [problem("id-missing")]
    text = claimed if isinstance(claimed, str) else repr(claimed)
    substitute = letter.place or f"sha256:{digest_of_raw(text.encode(errors='replace'))}"
    if not isinstance(claimed, str):
        return substitute, [problem("field-wrong-type", "", field="id", expected_vi="văn bản", expected_en="text")]
    if len(text) > CODE_LENGTH_MAX:
        return substitute, [problem("text-too-long", field="id", limit=CODE_LENGTH_MAX)]
    return (text, []) if text.isprintable() else (substitute, [problem("text-invalid")])


def notes_on_time(envelope: Envelope, received_at: datetime) -> Iterator[Problem]:
    """A claimed time decides nothing; one in the future tells that a clock is wrong."""
    claimed_at = instant_in(envelope.time)
    if claimed_at is not None and is_in_future(claimed_at, received_at):
        yield problem("time-in-future", claimed=claimed_at.isoformat())


def instant_in(claimed: object) -> datetime | None:
    """Read a claimed time; one that can not be read is none."""
    try:
        instant = datetime.fromisoformat(claimed) if isinstance(claimed, str) else None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
