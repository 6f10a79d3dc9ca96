"""When a period starts, falls due and closes, as instants. A day is a local day and inclusive: it ends where the next one begins."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.plan.types import Period

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


def due_instant(period: Period) -> datetime | None:
    """The first instant at which a report is no longer on time; none where the plan sets no due day."""
    return end_of_day(period.due) if period.due else None


def grace_instant(period: Period) -> datetime | None:
    """The first instant at which a late report costs points."""
    return end_of_day(last_day_of_grace(period.due, period.grace_days)) if period.due else None


def close_instant(period: Period) -> datetime | None:
    """The first instant at which no report is taken any more; none where people close the period without a set day."""
    return end_of_day(period.close) if period.close else None


def last_day_of_grace(due: date, grace_days: int) -> date:
    return due + timedelta(days=grace_days)


def days_late(period: Period, submitted_at: datetime) -> int:
    """Local days after the grace, counting the day of submission; 0 on time, in the grace and without a due day."""
    if period.due is None:
        return 0
    return max(0, (local_day(submitted_at) - last_day_of_grace(period.due, period.grace_days)).days)
