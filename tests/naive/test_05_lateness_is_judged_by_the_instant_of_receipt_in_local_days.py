"""A naive program judges lateness by its own queue or by what the sender claims, in UTC, and forgets weekends, Tết and outages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.plan.calendar import due_day
from shared.plan.periods import days_late, end_of_day
from shared.plan.types import Plan
from tests.services.reporting.stage import START, Stage, record, report, with_id
from tests.services.scoring.desk import Desk, of_type
from tests.services.scoring.trial import TWO_DAYS_LATE, extended, opened, published, submitted
from tests.shared.plan.small_plans import criterion, small_plan

LAST_MOMENT = datetime(2023, 7, 10, 17, tzinfo=UTC)


async def test_neither_the_claim_of_the_sender_nor_our_clock_moves_the_instant_of_receipt(stage: Stage) -> None:
    stage.pass_time(days=30)
    await stage.deliver(record(report(), at=START, headers=with_id("a", ("ce_time", b"2023-01-01T00:00:00Z"))))
    ((_, _, told),) = await stage.told("receipts.lgsp")
    assert told["received_at"] == START.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(("instant", "days"), [(LAST_MOMENT - timedelta(microseconds=1), 0), (LAST_MOMENT, 1)])
def test_the_due_day_is_whole_and_ends_at_local_midnight(instant: datetime, days: int) -> None:
    plan = small_plan(criterion("X"), periods="periods: [{code: H1, from: 2023-01-01, to: 2023-06-30, due: 2023-07-10}]\n")
    assert days_late(plan, plan.periods[0], instant) == days


def plan_due(day: str, holidays: str = "") -> Plan:
    periods = f"periods: [{{code: H1, from: 2023-01-01, to: 2023-06-30, due: {day}, due_moves: next-working-day}}]\n"
    return small_plan(criterion("X"), more=holidays, periods=periods)


def test_a_due_day_on_a_weekend_or_in_tet_moves_to_the_next_working_day() -> None:
    tet = "holidays: [{from: 2024-02-08, to: 2024-02-14, name_vi: Tết Nguyên đán, name_en: Lunar New Year}]\n"
    saturday, in_tet = plan_due("2023-07-08"), plan_due("2024-02-10", tet)
    assert due_day(saturday, saturday.periods[0]) == date(2023, 7, 10)
    assert due_day(in_tet, in_tet.periods[0]) == date(2024, 2, 15)


async def test_an_outage_at_the_deadline_is_mended_by_a_recorded_extension(desk: Desk) -> None:
    await desk.heard(published(1), opened(2))
    await desk.heard(submitted(10, "a", 1, "30", "10", TWO_DAYS_LATE))
    [forgiven] = of_type(await desk.heard(extended(3, end_of_day(date(2023, 7, 7)))), "score-computed")
    assert (forgiven["total"], forgiven["cause"]) == ("40.00", {"kind": "period", "agency": None})
