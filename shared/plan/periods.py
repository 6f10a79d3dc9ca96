"""When a period starts, falls due and closes, as instants. A day is a local day and inclusive: it ends where the next one begins."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.plan.calendar import due_day
from shared.plan.types import Period, Plan

LOCAL_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


def start_of_day(day: date) -> datetime:
    """The first instant of a local day."""
    return datetime.combine(day, time.min, LOCAL_TIME).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The first instant that no longer belongs to a local day."""
    return start_of_day(day + timedelta(days=1))


def local_day(instant: datetime) -> date:
    """The local day that an instant falls on."""
    return instant.astimezone(LOCAL_TIME).date()


def start_instant(period: Period) -> datetime:
    return start_of_day(period.from_date)


def end_instant(period: Period) -> datetime:
    return end_of_day(period.to_date)


def cut_off_instant(period: Period) -> datetime | None:
    """The first instant whose facts no longer count."""
    return end_of_day(period.cut_off) if period.cut_off else None


def due_instant(plan: Plan, period: Period) -> datetime | None:
    """The first instant at which a report is no longer on time; none where the plan sets no due day."""
    due = due_day(plan, period)
    return end_of_day(due) if due else None


def grace_instant(plan: Plan, period: Period) -> datetime | None:
    """The first instant at which a late report costs points."""
    last = last_day_of_grace(plan, period)
    return end_of_day(last) if last else None


def close_instant(period: Period) -> datetime | None:
    """The first instant at which no report is taken any more; none where people close the period without a set day."""
    return end_of_day(period.close) if period.close else None


def last_day_of_grace(plan: Plan, period: Period) -> date | None:
    """The days of grace follow the due day as it falls, and are days of the calendar: no work is asked on them."""
    due = due_day(plan, period)
    return None if due is None else due + timedelta(days=period.grace_days)


def days_late(plan: Plan, period: Period, submitted_at: datetime) -> int:
    """Local days after the grace, counting the day of submission; 0 on time, in the grace and without a due day."""
    last = last_day_of_grace(plan, period)
    return 0 if last is None else max(0, (local_day(submitted_at) - last).days)
