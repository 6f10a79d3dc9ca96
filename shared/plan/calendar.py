"""Working days, and the day on which a period falls due. Days are local (Asia/Ho_Chi_Minh); the plan alone knows the days off.

Everyone works from Monday to Friday, save in the plan's holidays, and on the made-up days that the plan names.
"""

from __future__ import annotations

from datetime import date, timedelta

from shared.plan.types import DueMoves, Period, Plan

SATURDAY = 5  # as `date.weekday` counts
ONE_DAY = timedelta(days=1)
DAYS_OFF_MAX = 366  # in a row: a plan with more at a due day is refused


def working_day(plan: Plan, day: date) -> bool:
    """A made-up day is worked; any other day is, unless it falls on a weekend or in a holiday."""
    if day in plan.made_up_days:
        return True
    return day.weekday() < SATURDAY and not any(holiday.from_date <= day <= holiday.to_date for holiday in plan.holidays)


def next_working_day(plan: Plan, day: date) -> date:
    """The day itself when it is worked, else the first one after it that is."""
    following = (day + ahead * ONE_DAY for ahead in range(DAYS_OFF_MAX + 1))
    return next((one for one in following if working_day(plan, one)), day)


def after_working_days(plan: Plan, day: date, count: int) -> date:
    """The last of so many working days; the day they are counted from is not one of them."""
    for _ in range(count):
        day = next_working_day(plan, day + ONE_DAY)
    return day


def due_day(plan: Plan, period: Period) -> date | None:
    """The last day on which a report is on time; one on a day off moves to the next working day where the plan says so."""
    if period.due is None or period.due_moves is DueMoves.STAYS:
        return period.due
    return next_working_day(plan, period.due)
