"""What was said last of a period holds, by revision, whatever came first."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.scoring.domain.period import (
    Closed,
    Dates,
    Extended,
    Opened,
    PeriodFact,
    PublishedPlan,
    Reopened,
    as_told,
    period_as_extended,
    plan_in_force,
)
from shared.plan.calendar import due_day
from shared.plan.types import DueMoves, Period, PeriodCode
from tests.shared.plan.small_plans import criterion, small_plan

DUE = datetime(2023, 7, 5, 17, tzinfo=UTC)  # midnight after 5 July in Viet Nam
LATER = datetime(2023, 7, 9, 17, tzinfo=UTC)


def dates(due_at: datetime | None = DUE, grace_ends_at: datetime | None = DUE) -> Dates:
    return Dates(due_at=due_at, grace_ends_at=grace_ends_at, closes_at=None)


OPENED = Opened(revision=1, plan_hash="first", dates=dates())
EXTENDED = Extended(revision=2, dates=dates(LATER, LATER))
CLOSED = Closed(revision=3, named={"a": 1})
REOPENED = Reopened(revision=4, closes_at=LATER)
PERIOD = Period(code=PeriodCode("2023"), from_date=date(2023, 1, 1), to_date=date(2023, 6, 30), due=date(2023, 7, 5))


def test_nothing_is_known_before_the_opening() -> None:
    assert as_told([CLOSED, REOPENED]) is None


@pytest.mark.parametrize("order", list(itertools.permutations([OPENED, EXTENDED, CLOSED, REOPENED])))
def test_the_order_of_arrival_changes_nothing(order: tuple[PeriodFact, ...]) -> None:
    told = as_told(order)
    assert told is not None
    assert (told.closed, told.reopened, told.dates.due_at, told.dates.closes_at) == (None, True, LATER, LATER)


def test_a_later_closing_closes_a_reopened_period_again() -> None:
    again = Closed(revision=5, named={"a": 2})
    told = as_told([OPENED, CLOSED, REOPENED, again])
    assert told is not None
    assert told.closed == again


def test_the_newest_plan_is_in_force_while_the_period_is_open() -> None:
    told = as_told([OPENED])
    assert told is not None
    plans = [PublishedPlan(plan_hash="second", revision=9), PublishedPlan(plan_hash="first", revision=0)]
    assert plan_in_force(plans, told) == "second"


def test_a_closed_period_keeps_the_newest_plan_before_its_close() -> None:
    told = as_told([OPENED, CLOSED])
    assert told is not None
    plans = [PublishedPlan(plan_hash=name, revision=revision) for name, revision in (("first", 0), ("second", 2), ("third", 4))]
    assert plan_in_force(plans, told) == "second"


def test_no_plan_is_in_force_before_the_plan_of_the_opening_is_here() -> None:
    told = as_told([OPENED])
    assert told is not None
    assert plan_in_force([PublishedPlan(plan_hash="other", revision=9)], told) is None


def test_lateness_is_counted_from_the_local_days_of_the_extended_instants() -> None:
    assert period_as_extended(PERIOD, dates()) == PERIOD
    moved = period_as_extended(PERIOD, dates(DUE, LATER))
    assert (moved.due, moved.grace_days) == (date(2023, 7, 5), 4)
    assert period_as_extended(PERIOD, dates(LATER, LATER)).due == date(2023, 7, 9)


def test_an_extension_to_a_day_off_ends_on_that_day_whatever_the_plan_says_of_its_own_due_day() -> None:
    moving = replace(PERIOD, due_moves=DueMoves.NEXT_WORKING_DAY)
    told = period_as_extended(moving, dates(LATER, LATER))  # Sunday 9 July 2023
    assert due_day(small_plan(criterion("X")), told) == date(2023, 7, 9)


def test_without_a_due_instant_nothing_is_late() -> None:
    assert period_as_extended(PERIOD, dates(None, None)).due is None
