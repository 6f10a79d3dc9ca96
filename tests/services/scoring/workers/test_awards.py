"""What the rules suggest is proposed once, when every cluster of the period is final, and never outlives the score that it stood on."""

import asyncio

import pytest

from services.scoring.workers import awards as awards_worker
from shared.messaging import Record
from tests.services.scoring.desk import Desk, names, of_type
from tests.services.scoring.trial import closed, opened, published, reopened, returned, submitted

SOUTH = ("x", "y")


async def begin(desk: Desk) -> None:
    """Both clusters open, everybody reported; north leads with a."""
    await desk.heard(published(1), opened(2), opened(3, "south", SOUTH))
    await desk.heard(*(submitted(10 + place, agency, 1, str(40 - place), "10") for place, agency in enumerate("abcxy")))


def close_north(revision: int, **other: int) -> Record:
    return closed(revision, {**dict.fromkeys("abc", 1), **other})


def close_south(revision: int) -> Record:
    return closed(revision, dict.fromkeys(SOUTH, 1), "south")


async def test_nothing_is_proposed_while_one_cluster_is_open(desk: Desk) -> None:
    await begin(desk)
    assert "award-proposed" not in names(await desk.heard(close_north(20)))


async def test_each_cluster_gets_its_suggestions_when_all_are_final(desk: Desk) -> None:
    await begin(desk)
    said = await desk.heard(close_north(20), close_south(21))
    proposed = of_type(said, "award-proposed")
    assert [(one["agency"], one["rank"], one["total"]) for one in proposed] == [("a", 1, "50.00"), ("x", 1, "47.00")]
    current = {row["agency"]: row["revision"] for row in await desk.rows("SELECT agency, revision FROM score WHERE is_current")}
    assert [one["score_revision"] for one in proposed] == [current["a"], current["x"]]
    assert all(one["grounds"] for one in proposed)


async def test_suggestions_are_made_once_however_many_workers_there_are(desk: Desk) -> None:
    await begin(desk)
    await desk.hear(close_north(20), close_south(21))
    scores = desk.scores
    while await scores.work():
        pass
    await asyncio.gather(*(desk.awards.work() for _ in range(4)))
    await desk.work()
    assert names(await desk.said()).count("award-proposed") == 2


async def test_more_suggestions_than_a_transaction_has_locks_are_made_in_steps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin(desk)
    await desk.hear(close_north(20), close_south(21))
    scores = desk.scores
    while await scores.work():
        pass
    monkeypatch.setattr(awards_worker, "LOCKS_MAX", 4)  # the period, two clusters, one agency
    for made in (1, 2):
        await desk.awards.work()
        assert names(await desk.said()).count("award-proposed") == made
    assert await desk.rows("SELECT FROM period_cluster WHERE awards_due") == []


async def test_a_suggestion_that_was_made_is_not_made_again(desk: Desk) -> None:
    await begin(desk)
    await desk.heard(close_north(20), close_south(21))
    await desk.pool.execute("UPDATE period_cluster SET awards_due = true")
    before = await desk.said_count()
    await desk.work()
    assert await desk.said_count() == before


async def test_reopening_withdraws_undecided_suggestions_and_closing_again_makes_new_ones(desk: Desk) -> None:
    await begin(desk)
    first = of_type(await desk.heard(close_north(20), close_south(21)), "award-proposed")
    said = of_type(await desk.heard(reopened(30), reopened(31, "south")), "award-withdrawn")
    assert {one["proposal"] for one in said} == {one["proposal"] for one in first}
    assert {one["cause"] for one in said} == {"period-reopened"}
    await desk.heard(submitted(40, "b", 2, "50", "10"))
    again = of_type(await desk.heard(close_north(50, b=2), close_south(51)), "award-proposed")
    assert [one["agency"] for one in again] == ["b", "x"]


async def test_a_granted_award_is_flagged_and_not_changed_by_a_reopening(desk: Desk) -> None:
    await begin(desk)
    await desk.heard(close_north(20), close_south(21))
    await desk.pool.execute("UPDATE proposal SET state = 'granted', stage = 'granted' WHERE agency = 'a'")
    said = await desk.heard(reopened(30), reopened(31, "south"))
    assert [one["agency"] for one in of_type(said, "award-withdrawn")] == ["x"]
    [kept] = await desk.rows("SELECT state, flagged_at, flagged_revision FROM proposal WHERE agency = 'a'")
    [score] = await desk.rows("SELECT revision FROM score WHERE agency = 'a' AND is_current")
    assert (kept["state"], kept["flagged_revision"]) == ("granted", score["revision"])
    again = await desk.heard(close_north(50), close_south(51))
    assert [one["agency"] for one in of_type(again, "award-proposed")] == ["x"]


async def test_a_report_voided_after_the_close_takes_its_suggestion_with_it(desk: Desk) -> None:
    await begin(desk)
    await desk.heard(close_north(20), close_south(21))
    said = await desk.heard(returned(60, "a", 1))
    assert [(one["agency"], one["cause"]) for one in of_type(said, "award-withdrawn")] == [("a", "score-moved")]
    assert [(one["agency"], one["rank"]) for one in of_type(said, "award-proposed")] == [("b", 1)]
