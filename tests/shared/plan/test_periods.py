"""Days are local and inclusive; instants are UTC."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.plan.periods import close_instant, cut_off_instant, days_late, due_instant, end_instant, grace_instant, start_instant
from shared.plan.types import Period, PeriodCode
from tests.shared.plan.small_plans import criterion, small_plan

PERIOD = Period(
    code=PeriodCode("H1"),
    from_date=date(2023, 1, 1),
    to_date=date(2023, 6, 30),
    cut_off=date(2023, 6, 25),
    due=date(2023, 7, 10),
    grace_days=2,
    close=date(2023, 7, 31),
)
PLAN = small_plan(criterion("X"))
SECOND = timedelta(seconds=1)


def test_a_period_starts_and_ends_at_local_midnight() -> None:
    assert start_instant(PERIOD) == datetime(2022, 12, 31, 17, tzinfo=UTC)
    assert end_instant(PERIOD) == datetime(2023, 6, 30, 17, tzinfo=UTC)
    assert start_instant(PERIOD).tzinfo is UTC


def test_every_day_belongs_whole_to_what_it_ends() -> None:
    assert cut_off_instant(PERIOD) == datetime(2023, 6, 25, 17, tzinfo=UTC)
    assert due_instant(PLAN, PERIOD) == datetime(2023, 7, 10, 17, tzinfo=UTC)
    assert grace_instant(PLAN, PERIOD) == datetime(2023, 7, 12, 17, tzinfo=UTC)
    assert close_instant(PERIOD) == datetime(2023, 7, 31, 17, tzinfo=UTC)


def test_a_day_that_the_plan_does_not_set_has_no_instant() -> None:
    period = Period(code=PeriodCode("2019"), from_date=date(2019, 1, 1), to_date=date(2019, 12, 31))
    assert (cut_off_instant(period), due_instant(PLAN, period), grace_instant(PLAN, period), close_instant(period)) == (
        None,
        None,
        None,
        None,
    )
    assert days_late(PLAN, period, datetime(2050, 1, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("submitted_at", "days"),
    [
        (datetime(2023, 7, 10, 16, 59, 59, tzinfo=UTC), 0),
        (datetime(2023, 7, 12, 16, 59, 59, tzinfo=UTC), 0),
        (datetime(2023, 7, 12, 17, tzinfo=UTC), 1),
        (datetime(2023, 7, 13, 16, 59, 59, tzinfo=UTC), 1),
        (datetime(2023, 7, 13, 17, tzinfo=UTC), 2),
    ],
)
def test_days_late_are_local_days_after_the_grace(submitted_at: datetime, days: int) -> None:
    assert days_late(PLAN, PERIOD, submitted_at) == days


def test_without_grace_the_day_after_the_due_day_is_one_day_late() -> None:
    period = replace(PERIOD, grace_days=0)
    due = due_instant(PLAN, period)
    assert due is not None
    assert [days_late(PLAN, period, due - SECOND), days_late(PLAN, period, due)] == [0, 1]
