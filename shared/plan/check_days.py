"""The rules of periods and days off: days go forwards, a due day can be found, and what is said of a day is said once."""

from __future__ import annotations

from datetime import date, timedelta

from shared.plan.calendar import DAYS_OFF_MAX, SATURDAY, due_day, working_day
from shared.plan.periods import last_day_of_grace
from shared.plan.reading import Reading
from shared.plan.types import DueMoves, Holiday, Period, Plan


def check_days(plan: Plan, reading: Reading) -> None:
    """Note every day that contradicts another."""
    for period in plan.periods:
        check_period(plan, period, reading)
    check_holidays(plan, reading)
    check_made_up_days(plan, reading)
    if plan.adjustments.late and not any(period.due for period in plan.periods):
        vi = "Có điểm trừ nộp chậm (late) nhưng không kỳ nào có hạn nộp (due); thêm due hoặc bỏ late."
        en = "There is a penalty for lateness (late) but no period has a due day (due); add one or leave late out."
        reading.note("/adjustments/late", "late-without-due", vi, en)


def check_period(plan: Plan, period: Period, reading: Reading) -> None:
    """from ≤ to, cut-off, due and close; grace and moves only with a due day; the close not before the last day of grace."""
    for key, day in (("to", period.to_date), ("cut_off", period.cut_off), ("due", period.due), ("close", period.close)):
        if day is not None and day < period.from_date:
            vi, en = "Ngày này ở trước ngày bắt đầu của kỳ (from).", "This day is before the period begins (from)."
            reading.note_at(period, key, "days-reversed", vi, en)
    for key, said in (("grace_days", period.grace_days > 0), ("due_moves", period.due_moves is not DueMoves.STAYS)):
        if said and period.due is None:
            vi, en = f"Có {key} thì phải có hạn nộp (due).", f"{key} needs a due day (due)."
            reading.note_at(period, key, "grace-without-due" if key == "grace_days" else "move-without-due", vi, en)
    check_due(plan, period, reading)


def check_due(plan: Plan, period: Period, reading: Reading) -> None:
    due, last = due_day(plan, period), last_day_of_grace(plan, period)
    if due is not None and period.due_moves is not DueMoves.STAYS and not working_day(plan, due):
        vi = f"Sau hạn nộp không có ngày làm việc nào trong {DAYS_OFF_MAX} ngày; xem lại holidays."
        en = f"No working day follows the due day within {DAYS_OFF_MAX} days; look at holidays."
        reading.note_at(period, "due", "due-never-worked", vi, en)
    elif last is not None and period.close is not None and period.close < last:
        vi = f"Kỳ đóng trước ngày ân hạn cuối cùng ({last.isoformat()})."
        en = f"The period closes before the last day of grace ({last.isoformat()})."
        reading.note_at(period, "close", "close-before-due", vi, en)


def check_holidays(plan: Plan, reading: Reading) -> None:
    """A holiday ends after it begins, and no day is in two of them."""
    for holiday in plan.holidays:
        if holiday.to_date < holiday.from_date:
            reading.note_at(holiday, "to", "days-reversed", "Kỳ nghỉ kết thúc trước khi bắt đầu.", "It ends before it begins.")
    ordered = sorted(plan.holidays, key=lambda one: (one.from_date, one.to_date))
    for index, after in enumerate(ordered):
        before = next((one for one in ordered[:index] if one.to_date >= after.from_date), None)
        if before is not None:
            vi = f"Trùng ngày với “{before.name_vi}” (đến {before.to_date.isoformat()}); gộp lại hoặc sửa ngày."
            en = f"Shares days with “{before.name_en}” (to {before.to_date.isoformat()}); join them or mend the days."
            reading.note_at(after, "from", "holidays-overlap", vi, en)


def check_made_up_days(plan: Plan, reading: Reading) -> None:
    """A made-up day is a day of a weekend, named once, and no holiday."""
    for index, day in enumerate(plan.made_up_days):
        pointer = f"/made_up_days/{index}"
        if day in plan.made_up_days[:index]:
            reading.note(pointer, "day-repeated", "Ngày này đã ghi ở trên.", "This day stands above already; leave one out.")
        if day.weekday() < SATURDAY:
            vi, en = "Ngày làm bù phải là thứ Bảy hoặc Chủ nhật.", "A made-up day is a Saturday or a Sunday; any other is worked anyway."
            reading.note(pointer, "made-up-day-unneeded", vi, en)
        if any(is_within(day, holiday) for holiday in plan.holidays):
            vi, en = (
                "Ngày làm bù nằm trong kỳ nghỉ (holidays); bỏ một trong hai.",
                "A made-up day inside a holiday; leave one of the two out.",
            )
            reading.note(pointer, "made-up-day-is-holiday", vi, en)


def is_within(day: date, holiday: Holiday) -> bool:
    return holiday.from_date <= day < holiday.to_date + timedelta(days=1)
