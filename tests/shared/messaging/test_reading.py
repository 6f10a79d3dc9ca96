"""Reading never raises, whatever the record or the reader does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging import AlreadyHandled, Consumes, Record, Rejected
from shared.messaging.inbox import fold
from shared.messaging.reading import Condemned, Event, failure_of, read
from shared.messaging.records import record_of
from tests.shared.messaging.words import record_for


def consumes(identity: tuple[str, str] = ("s", "1")) -> Consumes[str]:
    return Consumes(name="c", topics=("t",), read=lambda r: (r.value or b"").decode(), identity=lambda _: identity, locks=lambda _: ())


class Raw:
    """What aiokafka hands over, as odd as it may be."""

    topic, partition, offset = "t", 0, 1
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = (("a", None), ("b", b"\xff"), ("a", b"1"))

    def __init__(self, timestamp: int) -> None:
        self.timestamp = timestamp


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_no_timestamp_is_too_odd_for_a_record(timestamp: int) -> None:
    record = record_of(Raw(timestamp))
    assert record.appended_at.tzinfo is not None
    assert record.headers == Raw.headers


@given(st.binary(), st.text())
def test_whatever_the_bytes_and_the_identity_it_is_an_event_or_condemned(value: bytes, id_: str) -> None:
    arrival = read(consumes(("s", id_)), record_for(value), {})
    assert isinstance(arrival, Event | Condemned)
    if isinstance(arrival, Event):
        id_.encode()
        assert "\x00" not in id_


@pytest.mark.parametrize(
    ("id_", "code"), [("x" * 1_001, "identity-too-long"), ("a\x00b", "identity-invalid"), ("\ud800", "identity-invalid")]
)
def test_an_identity_that_the_inbox_can_not_hold_is_rejected(id_: str, code: str) -> None:
    arrival = read(consumes(("s", id_)), record_for(b""), {})
    assert isinstance(arrival, Condemned)
    assert arrival.failure.code == code


def test_the_longest_identity_is_accepted() -> None:
    assert isinstance(read(consumes(("s", "x" * 1_000)), record_for(b""), {}), Event)


def test_a_verdict_on_a_record_stands() -> None:
    record = record_for(b"v", offset=5)
    failure = failure_of(Rejected("c", "d"))
    condemned = read(consumes(), record, {("t", 0, 5): failure})
    handled = read(consumes(), record, {("t", 0, 5): None})
    assert isinstance(condemned, Condemned)
    assert (condemned.failure, condemned.identity) == (failure, ("s", "1"))
    assert isinstance(handled, Event)
    assert handled.handled


def test_a_failure_keeps_what_postgresql_can_hold() -> None:
    failure = failure_of(ValueError("nul \x00 and half a surrogate \ud800" + "x" * 5_000))
    assert (failure.code, len(failure.reason) <= 2_100) == ("internal", True)
    failure.reason.encode()
    assert "\x00" not in failure.reason + failure.trace
    assert failure_of(AlreadyHandled()).code == "internal"


def test_of_one_identity_the_first_arrival_is_kept() -> None:
    records = [record_for(b"a", offset=1), record_for(b"b", offset=2)]
    events = [arrival for arrival in (read(consumes(), record, {}) for record in records) if isinstance(arrival, Event)]
    assert [event.record.offset for event in fold(events)] == [1]


def test_a_consumer_hears_topics_or_a_pattern_and_not_both() -> None:
    def declare(**heard: object) -> Consumes[Record]:
        return Consumes(name="c", read=lambda r: r, identity=lambda _: ("", ""), locks=lambda _: (), **heard)  # type: ignore[arg-type]

    for wrong in ({}, {"topics": ("t",), "pattern": "^t"}):
        with pytest.raises(ValueError, match="either topics or a pattern"):
            declare(**wrong)
