"""Values for the tests of the domain, right in every way until a test changes one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.reporting.domain.directory import Directory
from services.reporting.domain.drafts import Draft, read_draft
from services.reporting.domain.judging import Circumstances, PlanInForce
from services.reporting.domain.periods import PeriodState, ReportingPeriod, Window, opened
from services.reporting.domain.sending import Channel, Sent, digest_of_data
from tests.services.reporting.stage import PERIOD, plan

NOW = datetime(2023, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PLAN = plan()
FORCE = PlanInForce(plan=PLAN, directory=Directory(PLAN))


def data(**changes: Any) -> dict[str, Any]:
    """A report as decoded JSON."""
    fields: dict[str, Any] = {
        "movement": "thi-dua",
        "period": PERIOD,
        "agency": "ha-nam.phu-ly",
        "version": 1,
        "values": {"giai-ngan": Decimal("55.5")},
    }
    return {**fields, **changes}


def draft(**changes: Any) -> Draft:
    """A draft."""
    return read_draft(data(**changes))


def sent(at: datetime = NOW, event_id: str = "a", **changes: Any) -> Sent:
    """A letter that was read."""
    return Sent(
        source="lgsp",
        event_id=event_id,
        channel=Channel.KAFKA,
        submitted_at=at,
        digest=digest_of_data(data(**changes)),
        draft=draft(**changes),
        problems=(),
        notes=(),
        raw=b"",
    )


def period(state: PeriodState = PeriodState.OPEN, **window: datetime | None) -> ReportingPeriod:
    """The period, open with the plan's dates."""
    found = opened(PLAN, PERIOD, NOW)
    return replace(found, state=state, window=replace(found.window, **window) if window else found.window)


def around(**changes: Any) -> Circumstances:
    """Circumstances in which the report is right."""
    return replace(Circumstances(force=FORCE, period=period(), agency="ha-nam.phu-ly", is_member=True), **changes)


def window(due: int = 4, grace: int = 6, close: int = 30) -> Window:
    """Dates so many days from now."""
    return Window(due_at=NOW + due * DAY, grace_ends_at=NOW + grace * DAY, closes_at=NOW + close * DAY)
