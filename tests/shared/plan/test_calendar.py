"""Working days over weekends, Tết and made-up days, and the due day that follows from them, to the second in local time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.plan.calendar import after_working_days, due_day, working_day
from shared.plan.periods import days_late, due_instant, grace_instant
from shared.plan.types import DueMoves, Period, PeriodCode, Plan
from tests.shared.plan.small_plans import criterion, small_plan

# Tết 2024 as it was kept: from Thursday 8 to Wednesday 14 February. Monday 29 April was exchanged for Saturday 4 May.
DAYS_OFF = """
holidays:
  - {from: 2024-02-08, to: 2024-02-14, name_vi: Tết Nguyên đán Giáp Thìn, name_en: Lunar New Year}
  - {from: 2024-04-29, to: 2024-05-01, name_vi: Nghỉ lễ 30/4 và 1/5, name_en: Reunification Day and Labour Day}
made_up_days: [2024-05-04]
"""
PLAN = small_plan(criterion("X"), more=DAYS_OFF)
SECOND = timedelta(seconds=1)


def due_on(day: date, moves: DueMoves = DueMoves.NEXT_WORKING_DAY, grace_days: int = 0) -> Period:
    first = date(2024, 1, 1)
    return Period(code=PeriodCode("Q1"), from_date=first, to_date=first, due=day, due_moves=moves, grace_days=grace_days)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2024, 2, 7), True),  # the Wednesday before Tết
        (date(2024, 2, 8), False),  # the first day of a holiday is one of its days
        (date(2024, 2, 14), False),  # and so is the last
        (date(2024, 2, 15), True),
        (date(2024, 2, 17), False),  # a Saturday
        (date(2024, 2, 18), False),  # a Sunday
        (date(2024, 4, 29), False),  # a Monday in exchange
        (date(2024, 5, 4), True),  # the Saturday that makes up for it
        (date(2024, 5, 5), False),
    ],
)
def test_a_day_is_worked_unless_it_is_a_weekend_or_holiday_and_a_made_up_day_always(day: date, worked: bool) -> None:
    assert working_day(PLAN, day) is worked


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (date(2024, 2, 5), 0, date(2024, 2, 5)),
        (date(2024, 2, 5), 1, date(2024, 2, 6)),  # the day counted from is not one of them
        (date(2024, 2, 7), 1, date(2024, 2, 15)),  # over all of Tết
        (date(2024, 2, 10), 2, date(2024, 2, 16)),  # from the middle of it
        (date(2024, 2, 15), 2, date(2024, 2, 19)),  # over a weekend
        (date(2024, 5, 3), 1, date(2024, 5, 4)),  # the Saturday is worked
        (date(2024, 5, 3), 2, date(2024, 5, 6)),
    ],
)
def test_working_days_are_counted_over_weekends_tet_and_made_up_days(day: date, count: int, last: date) -> None:
    assert after_working_days(PLAN, day, count) == last


@pytest.mark.parametrize(
    ("day", "falls"),
    [
        (date(2024, 2, 7), date(2024, 2, 7)),
        (date(2024, 2, 10), date(2024, 2, 15)),  # a Saturday inside Tết
        (date(2024, 3, 10), date(2024, 3, 11)),  # a Sunday
        (date(2024, 5, 4), date(2024, 5, 4)),  # a Saturday that is worked
    ],
)
def test_a_due_day_on_a_day_off_falls_on_the_next_working_day_where_the_plan_says_so(day: date, falls: date) -> None:
    assert due_day(PLAN, due_on(day)) == falls
    assert due_day(PLAN, due_on(day, DueMoves.STAYS)) == day


def test_without_a_due_day_there_is_none_to_move() -> None:
    assert due_day(PLAN, replace(due_on(date(2024, 2, 10)), due=None)) is None


def test_a_report_handed_in_at_the_last_second_of_the_moved_due_day_is_on_time() -> None:
    period = due_on(date(2024, 2, 10))
    assert due_instant(PLAN, period) == datetime(2024, 2, 15, 17, tzinfo=UTC)  # midnight after Thursday 15 February in Hà Nội
    due = due_instant(PLAN, period)
    assert due is not None
    assert [days_late(PLAN, period, due - SECOND), days_late(PLAN, period, due)] == [0, 1]


def test_days_of_grace_follow_the_due_day_as_it_falls_and_are_days_of_the_calendar() -> None:
    period = due_on(date(2024, 2, 10), grace_days=2)
    assert grace_instant(PLAN, period) == datetime(2024, 2, 17, 17, tzinfo=UTC)  # Saturday 17 February is over
    assert days_late(PLAN, period, datetime(2024, 2, 17, 16, 59, 59, tzinfo=UTC)) == 0
    assert days_late(PLAN, period, datetime(2024, 2, 17, 17, tzinfo=UTC)) == 1


def test_a_plan_without_holidays_knows_the_weekend() -> None:
    plan: Plan = small_plan(criterion("X"))
    assert after_working_days(plan, date(2024, 2, 9), 1) == date(2024, 2, 12)
