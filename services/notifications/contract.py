"""What the service hears, and what it makes of an event: its place in the feed, the notice it gives rise to. It announces nothing.

Nothing here changes a fact: the feed carries the data as it came from the topic, byte for byte.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.notifications.domain.feed import Told, is_private, lane_of
from services.notifications.domain.notices import Notice, NoticeKind, notice_kind
from shared.events import AWARDS, RECEIPTS, REGISTRY, REPORTS, SCORES, Event, Fact, read_event
from shared.events.fields import ActRecorded
from shared.events.registry import AgencyChanged
from shared.events.scores import ScoreComputed, ScoreState
from shared.events.topics import FACT_BY_TYPE, TYPE_PREFIX, TYPE_SUFFIX, type_of
from shared.messaging import Consumes, Lock, LockKind, Record

EVENT_NAMES = frozenset(name for topic in (REGISTRY, REPORTS, SCORES, AWARDS, RECEIPTS) for name in topic.facts)
EVENT_BY_KIND = {
    NoticeKind.REPORT_RETURNED: "report-returned",
    NoticeKind.REPORT_REJECTED: "report-rejected",
    NoticeKind.SCORE_FINAL: "score-computed",
    NoticeKind.AWARD_PROPOSED: "award-proposed",
    NoticeKind.AWARD_WITHDRAWN: "award-withdrawn",
    NoticeKind.AWARD_RETURNED: "award-returned",
    NoticeKind.AWARD_COMMENT_OPENED: "award-comment-opened",
    NoticeKind.AWARD_DECIDED: "award-decided",
    NoticeKind.AWARD_PUBLISHED: "award-published",
    NoticeKind.AWARD_REVOKED: "award-revoked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event with where it came from; `data` is its text as it lies on the topic."""

    event: Event[Fact]
    topic: str
    key: str
    data: str

    @property
    def agency(self) -> str | None:
        """The agency that it is about, if it is about one."""
        return _field(self.event.data, "agency")

    @property
    def lane(self) -> str:
        """What it must keep its order with."""
        return lane_of(self.agency, self.topic, self.key)


def read(record: Record) -> Heard:
    """Read a record of any topic of ours; raises Rejected with a stable code."""
    event = read_event(record)
    key = (record.key or b"").decode(errors="replace")
    return Heard(event=event, topic=record.topic, key=key, data=(record.value or b"").decode())


def locks_of(heard: Heard) -> Iterable[Lock]:
    """Take the lock of the lane: what arrived first in a lane stands first in the feed, also with several replicas."""
    kind = LockKind.AGENCY if heard.agency is not None else LockKind.MOVEMENT
    return (Lock(kind, heard.lane),)


COMMON_TOPICS = "|".join(re.escape(topic.name) for topic in (REGISTRY, REPORTS, SCORES, AWARDS))
CONSUMES = Consumes(
    name="notifications.events",
    pattern=f"^({COMMON_TOPICS}|{re.escape(RECEIPTS.named(''))}.+)$",
    read=read,
    identity=lambda heard: (heard.event.source, heard.event.id),
    locks=locks_of,
)


def told(heard: Heard) -> Told:
    """Write an event as the feed carries it."""
    event = heard.event
    return Told(
        source=event.source,
        id=event.id,
        name=event.name,
        lane=heard.lane,
        movement=_movement(event.data),
        agency=heard.agency,
        owner=_field(event.data, "source"),
        private=is_private(event.name),
        test=event.test,
        body=structured(heard),
    )


def structured(heard: Heard) -> str:
    """Write a CloudEvent in structured JSON; the data goes in as it came."""
    event = heard.event
    attributes: dict[str, str | bool | None] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject or None,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "traceparent": event.traceparent,
        "test": event.test or None,
    }
    written = json.dumps({name: value for name, value in attributes.items() if value is not None}, ensure_ascii=False)
    return f'{written[:-1]}, "data": {heard.data}}}'


def notice_of(heard: Heard) -> Notice | None:
    """Say what an agency is to be told because of the event, if anything."""
    event, agency = heard.event, heard.agency
    is_final = isinstance(event.data, ScoreComputed) and event.data.state is ScoreState.FINAL
    kind = notice_kind(event.name, is_final=is_final, test=event.test)
    if kind is None or agency is None:
        return None
    return Notice(
        event_source=event.source,
        event_id=event.id,
        kind=kind,
        agency=agency,
        movement=_movement(event.data),
        period=_field(event.data, "period"),
        data=heard.data,
        happened_at=event.time,
    )


def agencies_in(heard: Iterable[Heard]) -> list[AgencyChanged]:
    """Pick the newest word on each agency."""
    newest: dict[str, AgencyChanged] = {}
    for fact in (each.event.data for each in heard):
        if isinstance(fact, AgencyChanged) and (fact.agency not in newest or newest[fact.agency].revision < fact.revision):
            newest[fact.agency] = fact
    return list(newest.values())


def fact_of(kind: NoticeKind, data: str) -> Fact:
    """Read again the fact that a notice tells."""
    return FACT_BY_TYPE[type_of(EVENT_BY_KIND[kind])].model_validate_json(data)


def event_name(type_: str) -> str | None:
    """Read an event's type, short or in full; None where there is no such event."""
    name = type_.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX)
    return name if name in EVENT_NAMES else None


def _field(fact: Fact, name: str) -> str | None:
    value = getattr(fact, name, None)
    return value if isinstance(value, str) else None


def _movement(fact: Fact) -> str | None:
    return fact.act.movement if isinstance(fact, ActRecorded) else _field(fact, "movement")
