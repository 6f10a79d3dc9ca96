"""Time is asked of a clock that is handed in, so that every rule about time can be tried at any instant."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class FixedClock:
    """A clock that stands still until a test advances it."""

    instant: datetime = field(default_factory=lambda: datetime(2023, 7, 1, tzinfo=UTC))

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self.instant

    def advance(self, step: timedelta) -> None:
        """Move on by the step."""
        self.instant += step
