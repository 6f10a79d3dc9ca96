"""What is heard: delivered twice, cut off half-way, out of order, in one batch or in many, it comes to the same."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.reporting.acts import intake
from services.reporting.domain.judging import Report
from services.reporting.domain.sending import receipt_of
from services.reporting.store import intake as rows
from services.reporting.store.statements import Writes
from shared.events import SCORES, announcement, derive
from shared.events.scores import Cause, CauseKind, ScoreComputed, ScoreState, ScoreVoided
from shared.messaging import Lock, LockKind, Record
from tests.services.reporting.stage import MOVEMENT, PERIOD, START, Stage, record, report, with_id

REVISION = 1_000_000_000_000


def computed(version: int, revision: int) -> ScoreComputed:
    """A score on a version."""
    return ScoreComputed(
        movement=MOVEMENT,
        period=PERIOD,
        cluster="huyen",
        agency="ha-nam.phu-ly",
        revision=REVISION + revision,
        cause=Cause(kind=CauseKind.REPORT),
        state=ScoreState.PROVISIONAL,
        report_version=version,
        plan_hash="sha256:0",
        total=None,
        points={},
        content_hash="0",
    )


def on_scores(fact: ScoreComputed | ScoreVoided) -> Record:
    """A record of the topic `scores`."""
    event = derive(service="scoring", data=fact, subject=fact.agency, revision=fact.revision, time=START)
    told = announcement(event, topic=SCORES.name, key=fact.agency, lock=Lock(LockKind.AGENCY, fact.agency))
    return Record(topic=SCORES.name, partition=0, offset=0, appended_at=START, key=None, value=told.value, headers=told.headers)


async def state(stage: Stage, id_: str) -> str:
    """The state of the receipt of an id."""
    receipt = await stage.pool.fetchval("SELECT receipt FROM receipt WHERE event_id = $1", id_)
    return str((await stage.ask("GET", f"/v1/receipts/{receipt}", key="lgsp")).json()["state"])


async def test_a_report_delivered_twice_is_taken_once(stage: Stage) -> None:
    one = record(report(), headers=with_id("a"))
    first, second = await stage.deliver(one), await stage.deliver(one)
    assert ((first.applied, first.duplicates), (second.applied, second.duplicates)) == ((1, 0), (0, 1))
    assert (await stage.count("report"), await stage.count("receipt"), await stage.count("outbox")) == (1, 1, 2)


async def test_a_repeat_that_the_inbox_has_forgotten_is_known_by_its_receipt(stage: Stage) -> None:
    one = record(report(), headers=with_id("a"))
    await stage.deliver(one)
    await stage.pool.execute("DELETE FROM inbox")
    await stage.deliver(replace(one, offset=9))
    assert (await stage.count("report"), await stage.count("receipt"), await stage.count("outbox")) == (1, 1, 2)


async def test_a_report_sent_over_both_ways_is_taken_once(stage: Stage) -> None:
    answer = await stage.send(report(), id_="a")
    await stage.deliver(record(report(), headers=with_id("a")))
    again = await stage.send(report(), id_="a")
    assert again.json()["receipt"] == answer.json()["receipt"]
    assert (await stage.count("report"), await stage.count("outbox")) == (1, 2)


async def test_a_batch_cut_off_before_its_commit_leaves_nothing_and_is_taken_whole_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [record(report(version=version), offset=version, headers=with_id(f"v{version}")) for version in (1, 2, 3)]
    kept = intake.count

    def dies(*_: object) -> None:
        raise ConnectionResetError("the process is gone")

    monkeypatch.setattr(intake, "count", dies)
    with pytest.raises(ConnectionResetError):
        await stage.deliver(*batch)
    assert [await stage.count(table) for table in ("report", "receipt", "outbox", "inbox")] == [0, 0, 0, 0]
    monkeypatch.setattr(intake, "count", kept)
    assert (await stage.deliver(*batch)).applied == 3
    assert [await stage.count(table) for table in ("report", "receipt", "outbox", "inbox")] == [3, 3, 6, 3]


async def test_a_backend_that_is_killed_in_the_transaction_leaves_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = rows.keep_reports

    async def killed(writes: Writes, reports: Sequence[tuple[Report, int]]) -> None:
        await keep(writes, reports)
        await writes.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(rows, "keep_reports", killed)
    with pytest.raises(Exception, match=r"terminat|closed|connection"):
        await stage.deliver(record(report(), headers=with_id("a")))
    monkeypatch.setattr(rows, "keep_reports", keep)
    assert [await stage.count(table) for table in ("report", "receipt", "outbox", "inbox")] == [0, 0, 0, 0]
    assert (await stage.deliver(record(report(), headers=with_id("a")))).applied == 1


async def test_two_bodies_under_one_id_in_one_batch_are_one_report_and_one_conflict(stage: Stage) -> None:
    await stage.deliver(
        record(report(), offset=1, headers=with_id("a")),
        record(report(version=2), offset=2, headers=with_id("a")),
        record(report(), offset=3, headers=with_id("a")),
    )
    told = await stage.told("receipts.lgsp")
    assert [(type_, data["event_id"]) for type_, _, data in told] == [("report-accepted", "a"), ("report-rejected", "a")]
    assert told[1][2]["problems"][0]["code"] == "id-conflict"
    assert told[0][2]["receipt"] != told[1][2]["receipt"]


async def test_version_2_before_version_1_makes_version_1_superseded(stage: Stage) -> None:
    await stage.deliver(record(report(version=2), offset=1, headers=with_id("two")))
    await stage.deliver(record(report(version=1), offset=2, headers=with_id("one")))
    assert (await state(stage, "two"), await state(stage, "one")) == ("accepted", "superseded")
    assert [data["version"] for type_, _, data in await stage.told("reports")] == [2, 1]


async def test_the_same_version_with_another_body_in_one_batch_is_a_conflict(stage: Stage) -> None:
    await stage.deliver(record(report(), offset=1, headers=with_id("a")), record(report(values={}), offset=2, headers=with_id("b")))
    assert [data["problems"][0]["code"] for type_, _, data in await stage.told() if type_ == "report-rejected"] == ["version-conflict"]


async def test_records_of_one_key_are_told_in_the_order_in_which_they_came(stage: Stage) -> None:
    versions = [3, 1, 7, 2, 5]
    await stage.deliver(*(record(report(version=each), offset=place, headers=with_id(f"v{each}")) for place, each in enumerate(versions)))
    told = [data for _, _, data in await stage.told("reports")]
    assert [data["version"] for data in told] == versions
    assert [data["revision"] for data in told] == sorted(data["revision"] for data in told)


async def test_a_receipt_says_scored_once_its_version_is_scored(stage: Stage) -> None:
    await stage.deliver(record(report(), headers=with_id("a")))
    await stage.hear_scores(on_scores(computed(1, 5)))
    assert await state(stage, "a") == "scored"


async def test_an_older_word_on_a_score_changes_nothing_and_neither_does_a_repeat(stage: Stage) -> None:
    await stage.deliver(*(record(report(version=each), offset=each, headers=with_id(f"v{each}")) for each in (1, 2)))
    await stage.hear_scores(on_scores(computed(2, 9)))
    await stage.hear_scores(on_scores(computed(1, 5)), on_scores(computed(2, 9)))
    assert (await state(stage, "v1"), await state(stage, "v2")) == ("superseded", "scored")


async def test_a_voided_score_takes_the_word_scored_back(stage: Stage) -> None:
    await stage.deliver(record(report(), headers=with_id("a")))
    fact = ScoreVoided(
        movement=MOVEMENT,
        period=PERIOD,
        cluster="huyen",
        agency="ha-nam.phu-ly",
        revision=REVISION + 8,
        cause=Cause(kind=CauseKind.RETURN),
        report_version=1,
    )
    await stage.hear_scores(on_scores(computed(1, 5)), on_scores(fact))
    assert await state(stage, "a") == "accepted"


async def test_a_letter_that_is_a_dead_letter_by_our_fault_has_a_receipt_that_says_received(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await stage.send(report(), id_="known")
    await stage.pool.execute(
        "INSERT INTO dead_letter (consumer, topic, partition, record_offset, appended_at, header_names, header_values, source, id,"
        " code, reason, trace, found_at) VALUES ('reporting.intake', 'intake.lgsp', 0, 5, $1, '{}', '{}', 'lgsp', 'lost/abc', 'internal',"
        " 'x', 'x', $1)",
        START,
    )
    waiting = (await stage.ask("GET", f"/v1/receipts/{receipt_of('lgsp', 'lost')}", key="lgsp")).json()
    assert (waiting["state"], waiting["event_id"]) == ("received", "lost")
    assert answer.status_code == 201
