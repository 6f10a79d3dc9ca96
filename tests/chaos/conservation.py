"""Applied + duplicate + dead letter = read: for every consumer, every record that it could read is exactly one of the three."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.chaos.evidence import Evidence, Seen

Identity: TypeAlias = tuple[str, str]

ACCESS_TYPE = "vn.thidua.access-changed.v1"


def by_event(record: Seen) -> Identity | None:
    """An event of ours is known by its source and id."""
    return record.identity


def by_access(record: Seen) -> Identity | None:
    """What is no change of access is known by its place."""
    if record.headers.get("ce_type") == ACCESS_TYPE:
        return record.identity
    return "registry", "/".join(map(str, record.place))


def by_sending(record: Seen) -> Identity | None:
    """What was sent is known by the source that the topic belongs to, its id or else its place, and its body."""
    id_ = record.headers.get("ce_id") or "/".join(map(str, record.place))
    return record.topic.removeprefix("intake."), id_


def topics_of(*names: str) -> Callable[[str], bool]:
    """Choose topics by name; a name that ends with a dot stands for all that begin with it."""
    return lambda topic: any(topic == name or (name.endswith(".") and topic.startswith(name)) for name in names)


CONSUMERS: dict[str, tuple[Callable[[str], bool], Callable[[Seen], Identity | None]]] = {
    "reporting.intake": (topics_of("intake."), by_sending),
    "reporting.scores": (topics_of("scores"), by_event),
    "reporting.access": (topics_of("registry"), by_access),
    "scoring.registry": (topics_of("registry"), by_event),
    "scoring.reports": (topics_of("reports"), by_event),
    "scoring.access": (topics_of("registry"), by_access),
    "notifications.events": (topics_of("registry", "reports", "scores", "awards", "receipts."), by_event),
    "notifications.access": (topics_of("registry"), by_access),
}


def account(evidence: Evidence) -> list[str]:
    """Find records that are none of the three or more than one, marks and letters of no record, and offsets that are not at the end."""
    return [fault for consumer in CONSUMERS for fault in (*_account(evidence, consumer), *_offsets(evidence, consumer))]


def outcomes(evidence: Evidence, consumer: str) -> Counter[str]:
    """Count what became of a consumer's records."""
    records, marks, letters = _of(evidence, consumer)
    dead = sum(1 for record in records if record.place in letters)
    applied = sum(marks.values())
    return Counter({"read": len(records), "applied": applied, "dead letter": dead, "duplicate": len(records) - applied - dead})


def _of(evidence: Evidence, consumer: str) -> tuple[list[Seen], Counter[Identity], set[tuple[str, int, int]]]:
    """The consumer's records, how many marks each identity has, and the places of its dead letters."""
    is_heard, _ = CONSUMERS[consumer]
    schema = consumer.partition(".")[0]
    rows = [row for row in evidence.tables[f"{schema}.inbox"] if row["consumer"] == consumer]
    # A letter that was applied later, when its event was delivered again, counts as applied.
    letters = [row for row in evidence.tables[f"{schema}.dead_letter"] if row["consumer"] == consumer and row["state"] != "applied"]
    # On intake the body belongs to the identity: its digest stands behind the last slash.
    is_sending = consumer == "reporting.intake"
    marks = Counter((row["source"], row["id"].rpartition("/")[0] if is_sending else row["id"]) for row in rows)
    return (
        [r for r in evidence.seen if is_heard(r.topic)],
        marks,
        {(row["topic"], row["partition"], row["record_offset"]) for row in letters},
    )


def _account(evidence: Evidence, consumer: str) -> Iterator[str]:
    records, marks, letters = _of(evidence, consumer)
    bodies: dict[Identity, set[bytes]] = defaultdict(set)
    for record in records:
        identity = CONSUMERS[consumer][1](record)
        is_marked = identity is not None and identity in marks
        if is_marked and record.place in letters:
            yield f"{consumer}: {record.place} is a dead letter and applied"
        if not is_marked and record.place not in letters:
            yield f"{consumer}: {record.place} is neither applied nor a dead letter"
        if is_marked and identity is not None:
            bodies[identity].add(record.value if consumer == "reporting.intake" else b"")
    for identity, count in marks.items():
        if count != len(bodies[identity]):
            yield f"{consumer}: {identity} was applied {count} times, and there are {len(bodies[identity])} records to apply"
    for place in letters - {record.place for record in records}:
        yield f"{consumer}: there is a dead letter of {place} and no such record"


def _offsets(evidence: Evidence, consumer: str) -> Iterator[str]:
    """At a quiet moment the group stands at the end of everything that it hears."""
    ends: dict[tuple[str, int], int] = {}
    for record in evidence.seen:
        if CONSUMERS[consumer][0](record.topic):
            place = (record.topic, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)
    for (topic, partition), end in ends.items():
        committed = evidence.committed.get((consumer, topic, partition), 0)
        if committed != end:
            yield f"{consumer}: stands at {committed} of {topic}/{partition}, which ends at {end}"
