"""What reporting hears and says is the published contract: golden examples are read, and what is told reads back as its fact."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.contract import HEARS, PUBLISHES, REPORTS_SENT, read_report
from services.reporting.contract.letters import read_letter, record_as_letter
from services.reporting.contract.scores import read_score
from services.reporting.contract.sentences import fault_of
from shared.events import read_event
from shared.messaging import Record
from tests.contracts.documents import golden
from tests.services.reporting.stage import Stage, record, report, with_id

AT = datetime(2023, 7, 5, 2, 15, tzinfo=UTC)
HEADERS = st.lists(
    st.tuples(st.text(max_size=12) | st.sampled_from(["ce_id", "ce_time", "content-type"]), st.none() | st.binary(max_size=20))
)


def on(name: str) -> Record:
    """A golden example as a record."""
    example = golden(name)
    headers = tuple((header, value.encode()) for header, value in example.headers.items())
    return Record(topic=example.topic, partition=0, offset=1, appended_at=AT, key=None, value=example.value, headers=headers)


def test_the_golden_report_is_read_without_a_problem() -> None:
    sent = read_report(on("report-sent"))
    assert (sent.source, sent.event_id, sent.problems, sent.draft.problems) == ("ha-nam-lgsp", "bc-2023-0017", (), ())
    assert (sent.draft.version, sent.draft.reference, sent.submitted_at) == (2, "315/BC-UBND", AT)
    assert sent.traceparent is not None
    assert sent.traceparent[3:35] == "0af7651916cd43dd8448eb211c80319c"


def test_the_golden_scores_are_read_and_a_ranking_tells_of_no_version() -> None:
    computed, voided, ranking = (read_score(on(name)).scored for name in ("score-computed", "score-voided", "ranking-published"))
    assert computed is not None
    assert voided is not None
    assert (computed.version, voided.version, ranking) == (2, None, None)


@pytest.mark.parametrize("text", ["Ba\u0301o", r"Ba\u0301o"])
def test_text_comes_to_nfc_whether_it_was_written_out_or_escaped(text: str) -> None:
    sent = read_report(replace(on("report-sent"), value=f'{{"agency": "{text}"}}'.encode()))
    assert (sent.draft.agency, [note.code for note in sent.notes]) == ("B\u00e1o", ["text-normalised"])


async def test_everything_told_reads_back_as_the_fact_that_the_contract_has(stage: Stage) -> None:
    await stage.deliver(record(report(), offset=1, headers=with_id("a")), record(b"{", offset=2, headers=with_id("b")))
    path = "/v1/reports/thi-dua/2023-q2/ha-nam.phu-ly/1"
    await stage.ask("POST", f"{path}/return", json={"reason": "x"})
    await stage.ask("POST", f"{path}/withdraw", key="lgsp", json={"reason": "x"})
    rows = await stage.pool.fetch("SELECT * FROM outbox ORDER BY position")
    for row in rows:
        headers = {"ce_id": row["id"], "ce_source": row["ce_source"], "ce_type": row["type"], "ce_specversion": "1.0"}
        pairs = tuple((name, value.encode()) for name, value in headers.items())
        told = Record(topic=row["aggregatetype"], partition=0, offset=0, appended_at=AT, key=None, value=row["payload"], headers=pairs)
        event = read_event(told)
        topic = "receipts.<source>" if row["aggregatetype"].startswith("receipts.") else row["aggregatetype"]
        assert event.name in PUBLISHES[topic]
        assert event.source == "/thidua/reporting"
    assert len(rows) == 6


def test_what_is_heard_is_what_the_catalogue_says() -> None:
    assert HEARS == ("intake.<source>", "scores")
    assert REPORTS_SENT.name == "reporting.intake"


@given(st.binary(max_size=200), HEADERS)
def test_whatever_a_sender_puts_on_intake_reading_does_not_raise_and_every_problem_can_be_said(
    body: bytes, headers: list[tuple[str, bytes | None]]
) -> None:
    sent = read_letter(record_as_letter(record(body, headers=headers)))
    assert sent.event_id
    assert sent.event_id.isprintable()
    for problem in (*sent.problems, *sent.draft.problems, *sent.notes, *sent.draft.notes):
        said = fault_of(problem)
        assert said.detail_vi
        assert said.mend_en
