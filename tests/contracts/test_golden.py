"""Every event of the catalogue has one golden example that is read, and written back to the same bytes."""

import json
import unicodedata
from datetime import UTC, datetime

import pytest

from shared.events import CATALOGUE, INTAKE, announcement, derived_id, read_event
from shared.events.intake import ReportSent
from shared.messaging import Lock, LockKind, Record
from tests.contracts.documents import FACTS, GOLDEN, Golden, golden

OURS = sorted(set(FACTS) - set(INTAKE.facts))


def record_of(example: Golden) -> Record:
    return Record(
        topic=example.topic,
        partition=0,
        offset=0,
        appended_at=datetime(2023, 7, 5, tzinfo=UTC),
        key=example.key.encode(),
        value=example.value,
        headers=tuple((name, value.encode()) for name, value in example.headers.items()),
    )


def test_there_is_one_example_for_each_event_and_no_other() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(FACTS)


@pytest.mark.parametrize("name", OURS)
def test_an_example_is_read_and_written_back_to_the_same_bytes(name: str) -> None:
    example = golden(name)
    event = read_event(record_of(example))
    written = announcement(event, topic=example.topic, key=example.key, lock=Lock(kind=LockKind.AGENCY, key=example.key))
    assert (written.topic, written.key) == (example.topic, example.key)
    assert [(header, value.decode()) for header, value in written.headers] == list(example.headers.items())
    assert written.value == example.value
    assert event.name == name


def test_a_report_as_sent_keeps_its_numbers_and_its_blanks() -> None:
    event = read_event(record_of(golden("report-sent")))
    assert isinstance(event.data, ReportSent)
    assert {code: str(value) for code, value in event.data.values.items()} == {
        "works-on-schedule": "95.5",
        "disbursement": "66.18",
        "safety": "n/a",
        "thrift-spending": "None",
    }


@pytest.mark.parametrize("name", OURS)
def test_the_id_of_an_example_follows_from_what_it_says(name: str) -> None:
    example = golden(name)
    data = example.data
    revision = data.get("revision", data.get("sequence"))
    assert isinstance(revision, int)
    expected = derived_id(
        example.headers["ce_type"], str(data.get("movement", "")), str(data.get("period", "")), example.headers["ce_subject"], revision
    )
    assert example.headers["ce_id"] == expected


@pytest.mark.parametrize("name", sorted(FACTS))
def test_an_example_lies_on_a_topic_that_carries_it(name: str) -> None:
    example = golden(name)
    source = str(example.data.get("source", "ha-nam-lgsp"))
    carriers = {topic.named(source) for topic in CATALOGUE if name in topic.facts}
    assert example.topic in carriers


@pytest.mark.parametrize("name", sorted(FACTS))
def test_an_example_is_text_in_composed_unicode(name: str) -> None:
    text = json.dumps(golden(name).data, ensure_ascii=False)
    assert unicodedata.is_normalized("NFC", text)
