"""When a delivery is tried again, when a receiver counts as down, when it is given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.deliveries import (
    Attempt,
    DisabledBecause,
    Outcome,
    ParkedLane,
    Patience,
    Progress,
    after_delivery,
    after_failure,
    after_lane,
    is_down,
    lanes_due,
    moved_to,
    wait_before,
    waiting_when_full,
)

NOON = datetime(2023, 9, 1, 12, tzinfo=UTC)
PATIENCE = Patience(
    first_wait=timedelta(seconds=5), longest_wait=timedelta(minutes=10), give_up_after=timedelta(hours=72), lanes_parked_max=2
)


def attempt(position: int, outcome: Outcome = Outcome.REFUSED, *, after: timedelta = timedelta()) -> Attempt:
    return Attempt(
        position=position,
        event_id=str(position),
        event_name="award-decided",
        at=NOON + after,
        outcome=outcome,
        status=500,
        took_ms=1,
        detail="",
    )


def fail(progress: Progress, position: int, lane: str, *, after: timedelta = timedelta()) -> Progress:
    return after_failure(progress, attempt(position, after=after), lane, PATIENCE, 0.0)


@pytest.mark.parametrize(("number", "seconds"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 600), (9, 600), (10_000, 600)])
def test_waits_double_up_to_the_longest(number: int, seconds: int) -> None:
    assert wait_before(number, PATIENCE, 0.0) == timedelta(seconds=seconds)


def test_chance_takes_off_less_than_half_a_wait() -> None:
    assert wait_before(2, PATIENCE, 0.5) == timedelta(seconds=7.5)
    assert wait_before(2, PATIENCE, 0.999) > timedelta(seconds=5)


def test_a_failure_parks_its_lane_at_the_event_that_failed() -> None:
    progress = fail(Progress(position=6), 7, "a")
    assert progress.lanes == {
        "a": ParkedLane(lane="a", position=7, attempts=1, failing_since=NOON, next_attempt_at=NOON + timedelta(seconds=5))
    }
    assert (progress.failures, progress.rest_until, progress.position) == (1, None, 6)


def test_the_time_of_failing_runs_from_the_event_s_own_first_failure() -> None:
    twice = fail(fail(Progress(position=7), 7, "a"), 7, "a", after=timedelta(hours=1))
    assert (twice.lanes["a"].attempts, twice.lanes["a"].failing_since) == (2, NOON)
    later = after_delivery(twice, attempt(7, Outcome.DELIVERED, after=timedelta(hours=2)), "a", PATIENCE)
    anew = fail(later, 8, "a", after=timedelta(hours=3))
    assert (anew.lanes["a"].attempts, anew.lanes["a"].failing_since) == (1, NOON + timedelta(hours=3))


@pytest.mark.parametrize(("failures", "down"), [(2, False), (3, True)])
def test_a_receiver_is_down_after_three_failures_in_a_row(failures: int, down: bool) -> None:
    assert is_down(failures, PATIENCE) is down
    progress = Progress(position=9)
    for number in range(failures):
        progress = fail(progress, number, f"lane-{number}")
    assert (progress.rest_until is not None) is down


def test_a_success_ends_the_row_and_calls_all_lanes_when_the_receiver_was_down() -> None:
    progress = Progress(position=9)
    for number in range(4):
        progress = fail(progress, number, f"lane-{number}")
    up = after_delivery(progress, attempt(0, Outcome.DELIVERED, after=timedelta(seconds=1)), "lane-0", PATIENCE)
    assert (up.failures, up.rest_until) == (0, None)
    assert {lane.next_attempt_at for lane in up.lanes.values()} == {NOON + timedelta(seconds=1)}
    assert up.lanes["lane-0"].position == 1


def test_a_success_beside_one_bad_event_does_not_hasten_that_event() -> None:
    progress = fail(Progress(position=9), 1, "a")
    beside = after_delivery(progress, attempt(2, Outcome.DELIVERED), "b", PATIENCE)
    assert beside.lanes == progress.lanes


def test_only_lanes_whose_wait_is_over_are_due_the_oldest_event_first() -> None:
    progress = fail(fail(Progress(position=9), 5, "late"), 3, "early")
    assert lanes_due(progress, PATIENCE, NOON + timedelta(seconds=4)) == []
    assert [lane.lane for lane in lanes_due(progress, PATIENCE, NOON + timedelta(seconds=5))] == ["early", "late"]


def test_any_lane_may_try_whether_a_receiver_that_was_down_is_up() -> None:
    progress = replace(fail(Progress(position=9), 5, "a"), failures=3)
    assert [lane.lane for lane in lanes_due(progress, PATIENCE, NOON)] == ["a"]


@pytest.mark.parametrize(
    ("after", "because"),
    [(timedelta(hours=72, seconds=-1), None), (timedelta(hours=72), DisabledBecause.GIVEN_UP)],
)
def test_an_event_is_given_up_after_the_longest_patience(after: timedelta, because: DisabledBecause | None) -> None:
    assert fail(fail(Progress(position=9), 5, "a"), 5, "a", after=after).disabled_because is because


def test_a_receiver_that_is_gone_is_given_up_at_once() -> None:
    gone = after_failure(Progress(position=9), attempt(5, Outcome.GONE), "a", PATIENCE, 0.0)
    assert gone.disabled_because is DisabledBecause.RECEIVER_GONE


def test_the_cursor_never_goes_back() -> None:
    assert moved_to(Progress(position=9), 5).position == 9
    assert moved_to(Progress(position=9), 10).position == 10


def test_a_lane_that_caught_up_is_parked_no_more() -> None:
    assert after_lane(fail(Progress(position=9), 5, "a"), "a").lanes == {}


def test_a_subscription_full_of_parked_lanes_rests_until_the_first_is_due() -> None:
    one = fail(Progress(position=9), 5, "a")
    two = fail(one, 6, "b", after=timedelta(seconds=2))
    assert waiting_when_full(one, PATIENCE) == one
    assert waiting_when_full(two, PATIENCE).rest_until == NOON + timedelta(seconds=5)
    assert waiting_when_full(replace(two, rest_until=NOON), PATIENCE).rest_until == NOON
