"""Scores are computed when due: by version and not by arrival, once for many marks, announced only where they moved."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.scoring.acts.cases import load
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.recomputation import KeptScore, explained
from services.scoring.domain.scores import score_cluster
from services.scoring.store import clusters
from services.scoring.store import scores as score_rows
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from services.scoring.workers import scores as scores_worker
from shared.plan.periods import end_of_day
from tests.services.scoring.desk import NORTH_KEY, Desk, names, of_type
from tests.services.scoring.trial import (
    TWO_DAYS_LATE,
    closed,
    extended,
    opened,
    plan,
    published,
    reopened,
    returned,
    submitted,
    withdrawn,
)


async def open_north(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))


async def test_a_report_becomes_a_score_and_a_ranking(desk: Desk) -> None:
    await open_north(desk)
    said = await desk.heard(submitted(10, "a", 1, "30", "12.5"))
    assert names(said) == ["score-computed", "ranking-published"]
    [score] = of_type(said, "score-computed")
    assert (score["agency"], score["total"], score["report_version"], score["state"]) == ("a", "42.50", 1, "provisional")
    assert score["points"] == {"works": "30", "thrift": "12.5"}
    assert score["cause"] == {"kind": "report", "agency": None}
    [ranking] = of_type(said, "ranking-published")
    rows = ranking["rows"]
    assert isinstance(rows, list)
    assert [(row["agency"], row["rank"]) for row in rows] == [("a", 1), ("b", None), ("c", None)]
    assert rows[0]["score_revision"] == score["revision"]


async def test_the_same_report_delivered_three_times_is_scored_once(desk: Desk) -> None:
    await open_north(desk)
    report = submitted(10, "a", 1, "30", "12.5")
    first = await desk.heard(report, report)
    again = await desk.heard(report)
    assert names(first).count("score-computed") == 1
    assert again == []


async def test_version_two_before_version_one_stays_the_one_that_counts(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(11, "a", 2, "40", "10"))
    said = await desk.heard(submitted(10, "a", 1, "1", "1"))
    assert said == []
    [current] = await desk.rows("SELECT report_version, total FROM score WHERE is_current")
    assert (current["report_version"], str(current["total"])) == (2, "50.00")


async def test_a_new_version_with_equal_points_is_announced(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30", "10"))
    said = await desk.heard(submitted(11, "a", 2, "30", "10"))
    assert [one["report_version"] for one in of_type(said, "score-computed")] == [2]


async def test_a_report_that_comes_before_its_period_waits_for_it(desk: Desk) -> None:
    assert await desk.heard(submitted(10, "a", 1, "30", "10")) == []
    assert await desk.heard(opened(2)) == []
    said = await desk.heard(published(1))
    assert [one["total"] for one in of_type(said, "score-computed")] == ["40.00"]
    assert await desk.rows("SELECT FROM mark") == []


async def test_a_withdrawal_that_comes_first_voids_the_report(desk: Desk) -> None:
    await open_north(desk)
    await desk.hear(withdrawn(12, "a", 2))
    assert of_type(await desk.heard(submitted(10, "a", 1, "30", "10"), submitted(11, "a", 2, "30", "10")), "score-computed") == []
    said = await desk.heard(submitted(13, "a", 3, "20", "10"))
    assert [one["report_version"] for one in of_type(said, "score-computed")] == [3]


async def test_a_return_voids_the_score(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30", "10"))
    said = await desk.heard(returned(11, "a", 1))
    [void] = of_type(said, "score-voided")
    assert (void["agency"], void["report_version"], void["cause"]) == ("a", 1, {"kind": "return", "agency": None})
    [ranking] = of_type(said, "ranking-published")
    assert [row["rank"] for row in ranking["rows"]] == [None, None, None]  # type: ignore[attr-defined]


async def test_what_nobody_had_a_value_for_counts_for_nobody_until_somebody_has_one(desk: Desk) -> None:
    await open_north(desk)
    [alone] = of_type(await desk.heard(submitted(10, "a", 1, "30", None)), "score-computed")
    assert alone["total"] == "30.00"
    said = await desk.heard(submitted(11, "b", 1, "20", "5"))
    moved = {str(one["agency"]): one for one in of_type(said, "score-computed")}
    assert moved["b"]["total"] == "25.00"
    assert moved["a"]["total"] is None
    assert moved["a"]["cause"] == {"kind": "cluster", "agency": "b"}


async def test_lateness_follows_the_dates_as_extended(desk: Desk) -> None:
    await open_north(desk)
    [late] = of_type(await desk.heard(submitted(10, "a", 1, "30", "10", TWO_DAYS_LATE)), "score-computed")
    assert late["total"] == "38.00"
    [forgiven] = of_type(await desk.heard(extended(3, end_of_day(date(2023, 7, 6)))), "score-computed")
    assert (forgiven["total"], forgiven["cause"]) == ("39.00", {"kind": "period", "agency": None})


async def test_a_new_plan_rescores_an_open_period_and_leaves_a_final_one(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(opened(3, "south", ("x", "y")), submitted(10, "a", 1, "30", "10"), submitted(11, "x", 1, "30", "10"))
    await desk.heard(closed(20, {"a": 1, "b": None, "c": None}))
    said = await desk.heard(published(30, plan(version=2, maximum=20)))
    assert [(one["agency"], one["total"]) for one in of_type(said, "score-computed")] == [("x", "30.00")]


async def test_a_cluster_is_final_when_it_holds_exactly_the_named_versions(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30", "10"), submitted(11, "b", 1, "20", "10"))
    early = await desk.heard(closed(20, {"a": 1, "b": 2, "c": None}))
    assert of_type(early, "score-computed") == []
    said = await desk.heard(submitted(12, "b", 2, "25", "10"))
    final = {str(one["agency"]): one for one in of_type(said, "score-computed")}
    assert {agency: (one["state"], one["report_version"], one["total"]) for agency, one in final.items()} == {
        "a": ("final", 1, "40.00"),
        "b": ("final", 2, "35.00"),
        "c": ("final", None, None),
    }
    [ranking] = of_type(said, "ranking-published")
    assert ranking["state"] == "final"


async def test_a_report_that_the_closing_did_not_name_changes_nothing(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30", "10"), closed(20, {"a": 1, "b": None, "c": None}))
    assert await desk.heard(submitted(15, "a", 2, "50", "50")) == []


async def test_facts_of_a_period_count_by_revision_whatever_came_first(desk: Desk) -> None:
    await desk.heard(closed(20, {"a": 1, "b": None, "c": None}), reopened(21))
    said = await desk.heard(opened(2), published(1), submitted(10, "a", 1, "30", "10"))
    assert {one["state"] for one in of_type(said, "score-computed")} == {"provisional"}


async def test_a_reopened_period_is_provisional_again_and_can_be_closed_again(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30", "10"), closed(20, {"a": 1, "b": None, "c": None}))
    again = await desk.heard(reopened(21))
    assert {one["agency"]: one["state"] for one in of_type(again, "score-computed")} == dict.fromkeys("abc", "provisional")
    await desk.heard(submitted(22, "b", 1, "50", "10"))
    said = await desk.heard(closed(30, {"a": 1, "b": 1, "c": None}))
    assert {one["agency"]: one["state"] for one in of_type(said, "score-computed")} == dict.fromkeys("abc", "final")


async def test_a_mark_appended_while_scores_are_computed_is_not_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_north(desk)
    await desk.hear(submitted(10, "a", 1, "30", "10"))
    reached, go_on = asyncio.Event(), asyncio.Event()
    kept_scores = clusters.kept_scores

    async def held(reads: Reads, keys: Sequence[ClusterKey]) -> dict[tuple[str, str, str], KeptScore]:
        reached.set()
        await go_on.wait()
        return await kept_scores(reads, keys)

    monkeypatch.setattr(clusters, "kept_scores", held)
    computing = asyncio.create_task(desk.scores.work())
    await reached.wait()
    await desk.hear(submitted(11, "a", 2, "35", "10"))
    go_on.set()
    await computing
    monkeypatch.undo()
    assert len(await desk.rows("SELECT FROM mark")) == 1
    await desk.work()
    [current] = await desk.rows("SELECT report_version FROM score WHERE is_current")
    assert current["report_version"] == 2


async def test_two_workers_at_once_announce_each_score_once(desk: Desk) -> None:
    await open_north(desk)
    await desk.hear(submitted(10, "a", 1, "30", "10"), submitted(11, "b", 1, "20", "10"))
    await asyncio.gather(*(desk.scores.work() for _ in range(4)))
    await desk.work()
    assert sorted(str(one["agency"]) for one in of_type(await desk.said(), "score-computed")) == ["a", "b"]


async def test_one_bad_cluster_is_put_aside_and_the_others_go_on(desk: Desk) -> None:
    await desk.hear(published(1), opened(2), opened(3, "south", ("x", "y")))
    await desk.hear(submitted(10, "a", 1, "30", "10"), submitted(11, "x", 1, "30", "10"))
    await desk.pool.execute("UPDATE report SET indicator_values = '{\"works\": \"not a number\"}' WHERE agency = 'a'")
    await desk.work()
    assert [one["agency"] for one in of_type(await desk.said(), "score-computed")] == ["x"]
    [failure] = await desk.rows("SELECT cluster, failures, reason FROM cluster_failure")
    assert (failure["cluster"], failure["failures"]) == (NORTH_KEY.cluster, 1)
    assert len(await desk.rows("SELECT FROM mark")) == 2
    await desk.pool.execute("UPDATE report SET indicator_values = '{\"works\": \"30\"}' WHERE agency = 'a'")
    desk.clock.advance(timedelta(minutes=11))
    await desk.work()
    assert [one["agency"] for one in of_type(await desk.said(), "score-computed")] == ["x", "a"]
    assert await desk.rows("SELECT FROM cluster_failure") == []


async def test_many_versions_and_marks_cost_one_score(desk: Desk) -> None:
    await open_north(desk)
    said = await desk.heard(*(submitted(100 + version, "a", version, "30", "10") for version in range(1, 51)))
    assert [one["report_version"] for one in of_type(said, "score-computed")] == [50]


async def test_a_kept_score_is_recomputed_to_the_same_bytes(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30.125", "10", TWO_DAYS_LATE), closed(20, {"a": 1, "b": None, "c": None}))
    [at_hand] = await load(desk.pool, Unchanging(), [NORTH_KEY], {})
    again = score_cluster(at_hand.case.plan, at_hand.case.period, at_hand.case.inputs)
    kept = await desk.rows("SELECT agency, document, content_hash FROM score WHERE is_current ORDER BY agency")
    assert [row["document"] for row in kept] == [explained(again[agency]).document for agency in sorted(again)]
    assert [row["content_hash"] for row in kept] == [hashlib.sha256(row["document"].encode()).hexdigest() for row in kept]


async def test_a_cluster_larger_than_a_transaction_is_done_in_steps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_worker, "LOCKS_MAX", 2)
    await open_north(desk)
    await desk.hear(*(submitted(10 + place, agency, 1, "30", "10") for place, agency in enumerate("abc")))
    await desk.hear(closed(20, dict.fromkeys("abc", 1)))
    steps = 0
    while await desk.scores.work():
        steps += 1
    said = await desk.said()
    assert steps > 2
    assert sorted(str(one["agency"]) for one in of_type(said, "score-computed")) == ["a", "b", "c"]
    assert [one["state"] for one in of_type(said, "ranking-published")] == ["provisional", "final"]
    assert await desk.rows("SELECT FROM mark") == []


async def test_a_step_that_dies_before_its_commit_leaves_everything_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_north(desk)
    await desk.hear(submitted(10, "a", 1, "30", "10"))
    said = await desk.said_count()

    async def died(*_: object) -> None:
        raise ConnectionResetError("killed")

    monkeypatch.setattr(score_rows, "delete_marks", died)
    with pytest.raises(ConnectionResetError):
        await desk.scores.work()
    assert (await desk.rows("SELECT FROM score"), await desk.said_count()) == ([], said)
    monkeypatch.undo()
    await desk.work()
    assert len(await desk.rows("SELECT FROM score WHERE is_current")) == 1


async def test_a_ranking_that_was_put_off_is_published_when_it_is_quiet(desk: Desk) -> None:
    await open_north(desk)
    await desk.heard(submitted(10, "a", 1, "30", "10"))
    await desk.pool.execute("UPDATE period_cluster SET ranking_due = true")
    await desk.pool.execute("DELETE FROM ranking")
    before = await desk.said_count()
    await desk.work()
    assert names((await desk.said())[before:]) == ["ranking-published"]


async def test_what_is_said_of_a_sandbox_movement_says_that_it_is_a_test(desk: Desk) -> None:
    sandbox = plan(test=True)
    await desk.heard(published(1, sandbox), opened(2, of=sandbox))
    said = await desk.heard(submitted(10, "a", 1, "30", "10"))
    assert [event.test for event in said] == [True, True]


async def test_what_is_said_carries_on_the_trace_of_the_report(desk: Desk) -> None:
    await open_north(desk)
    traceparent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    report = submitted(10, "a", 1, "30", "10")
    traced = replace(report, headers=(*report.headers, ("traceparent", traceparent.encode())))
    said = await desk.heard(traced)
    assert [event.traceparent for event in said] == [traceparent, traceparent]
