"""The numbers that the metrics tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notifications.store.statements import QUERIES
from shared.database import Pool

READ_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How the service is, in numbers."""

    unnumbered: int
    last_position: int
    lanes_parked: int
    subscriptions_active: int
    subscriptions_disabled: int
    behind: int
    failing_since: datetime | None
    waiting_since: datetime | None
    notices: Mapping[str, int]


async def measure(pool: Pool) -> Measures:
    """Count what waits and what fails."""
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        row = await connection.fetchrow(QUERIES.measure, timeout=READ_SECONDS_MAX)
        states = await connection.fetch(QUERIES.count_notices, timeout=READ_SECONDS_MAX)
    return Measures(**dict(row), notices={each["state"]: each["notices"] for each in states})
