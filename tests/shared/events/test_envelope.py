"""What is read from a topic is an event or a refusal with a stable code; what is written can be read again."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.events import Event, Fact, announcement, derive, derived_id, read_event
from shared.events.awards import AwardWithdrawn, WithdrawalCause
from shared.events.reports import ReportWithdrawn
from shared.events.scores import Cause, CauseKind, ScoreComputed, ScoreState
from shared.messaging import Announcement, Lock, LockKind, Record, Rejected

APPENDED_AT = datetime(2023, 7, 10, 1, 0, 5, tzinfo=UTC)
SAID_AT = datetime(2023, 7, 10, 1, 0, 0, 250000, tzinfo=UTC)
LOCK = Lock(kind=LockKind.AGENCY, key="ha-nam.phu-ly")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def withdrawal(*, test: bool = False, traceparent: str | None = TRACE) -> Event[ReportWithdrawn]:
    fact = ReportWithdrawn(
        movement="ha-nam-315",
        period="2023-q2",
        agency="ha-nam.phu-ly",
        version=2,
        revision=1_000_000_000_055,
        reason="Văn bản đã được thu hồi.",
        withdrawn_at=SAID_AT,
    )
    return derive(
        service="reporting",
        data=fact,
        subject="ha-nam-315/2023-q2/ha-nam.phu-ly/2",
        revision=fact.revision,
        time=SAID_AT,
        traceparent=traceparent,
        test=test,
    )


def announced(event: Event[Fact]) -> Announcement:
    return announcement(event, topic="reports", key="ha-nam.phu-ly", lock=LOCK)


def record(said: Announcement, **changes: bytes | None) -> Record:
    headers = {**dict(said.headers), **changes}
    return Record(
        topic=said.topic,
        partition=0,
        offset=7,
        appended_at=APPENDED_AT,
        key=said.key.encode(),
        value=said.value,
        headers=tuple(headers.items()),
    )


@pytest.mark.parametrize("test", [True, False])
@pytest.mark.parametrize("traceparent", [TRACE, None])
def test_an_event_that_was_announced_is_read_again_as_it_was(test: bool, traceparent: str | None) -> None:
    event = withdrawal(test=test, traceparent=traceparent)
    assert read_event(record(announced(event))) == event


def test_a_fact_of_another_subject_or_revision_is_another_event() -> None:
    ids = {
        derived_id("vn.thidua.report-withdrawn.v1", movement, "2023", subject, revision)
        for movement in ("a", "b")
        for subject in ("x", "y")
        for revision in (1, 2)
    }
    assert len(ids) == 8


def test_the_same_fact_has_the_same_id_whenever_it_is_told() -> None:
    assert withdrawal().id == "d71efe5e-6e30-59e9-afc8-1c597b84d258"


def test_parts_of_an_id_can_not_run_into_one_another() -> None:
    assert derived_id("t", "a", "bc", "x", 1) != derived_id("t", "ab", "c", "x", 1)


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_specversion"])
def test_a_record_that_lacks_a_required_attribute_is_refused(name: str) -> None:
    said = announced(withdrawal())
    bare = replace(record(said), headers=tuple(header for header in said.headers if header[0] != name))
    with pytest.raises(Rejected, match=name) as refusal:
        read_event(bare)
    assert refusal.value.code == "header-missing"


@pytest.mark.parametrize("name", ["ce_id", "ce_subject", "traceparent"])
def test_an_attribute_that_is_not_text_is_refused(name: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read_event(record(announced(withdrawal()), **{name: b"\xff\xfe"}))
    assert refusal.value.code == "header-invalid"


@pytest.mark.parametrize("name", ["ce_test", "traceparent"])
def test_an_attribute_without_a_value_is_absent_for_change_data_capture_writes_it_so(name: str) -> None:
    event = replace(withdrawal(), traceparent=None)
    assert read_event(record(announced(event), **{name: None})) == event


def test_a_required_attribute_without_a_value_is_missing() -> None:
    with pytest.raises(Rejected, match="ce_id") as refusal:
        read_event(record(announced(withdrawal()), ce_id=None))
    assert refusal.value.code == "header-missing"


@pytest.mark.parametrize("value", [None, b"\xff\xfe"], ids=["null", "not UTF-8"])
def test_a_header_that_is_no_attribute_may_hold_anything(value: bytes | None) -> None:
    event = withdrawal()
    assert read_event(record(announced(event), **{"x-anything": value})) == event


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(Rejected) as refusal:
        read_event(record(announced(withdrawal()), ce_type=b"vn.thidua.report-eaten.v1"))
    assert refusal.value.code == "type-unknown"


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'{"movement":"m"}', b'"\xff"'])
def test_data_that_does_not_fit_the_fact_is_refused(value: bytes | None) -> None:
    with pytest.raises(Rejected) as refusal:
        read_event(replace(record(announced(withdrawal())), value=value))
    assert refusal.value.code == "data-invalid"


@pytest.mark.parametrize("claimed", [b"yesterday", b"2023-07-10T01:00:00", b""])
def test_a_claimed_time_that_says_nothing_gives_way_to_the_time_of_the_broker(claimed: bytes) -> None:
    assert read_event(record(announced(withdrawal()), ce_time=claimed)).time == APPENDED_AT


def test_a_field_that_this_reader_does_not_know_is_no_obstacle() -> None:
    event = withdrawal()
    said = record(announced(event))
    assert said.value is not None
    assert read_event(replace(said, value=said.value.replace(b"{", b'{"later":1,', 1))) == event


def test_points_are_written_as_exact_text_without_exponent() -> None:
    fact = ScoreComputed(
        movement="papi",
        period="2019",
        cluster="provinces",
        agency="papi.p31",
        revision=1,
        cause=Cause(kind=CauseKind.REPORT),
        state=ScoreState.FINAL,
        report_version=1,
        plan_hash="sha256:00",
        total=Decimal("1E+2"),
        points={"a": Decimal("0.0000001"), "b": None},
        content_hash="00",
    )
    assert b'"total":"100"' in fact.model_dump_json().encode()
    assert b'"points":{"a":"0.0000001","b":null}' in fact.model_dump_json().encode()


def test_an_event_knows_its_short_name() -> None:
    fact = AwardWithdrawn(
        proposal="p",
        movement="m",
        period="1",
        cluster="c",
        agency="a",
        rule="r",
        revision=1,
        cause=WithdrawalCause.SCORE_MOVED,
        withdrawn_at=SAID_AT,
    )
    event = derive(service="scoring", data=fact, subject="p", revision=1, time=SAID_AT)
    assert (event.name, event.type, event.source) == ("award-withdrawn", "vn.thidua.award-withdrawn.v1", "/thidua/scoring")
