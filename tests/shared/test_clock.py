"""Clocks tell aware instants in UTC."""

from datetime import UTC, datetime, timedelta

from shared.clock import FixedClock, SystemClock


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(instant=datetime(2023, 7, 5, tzinfo=UTC))
    clock.advance(timedelta(days=1))
    assert clock.now() == clock.now() == datetime(2023, 7, 6, tzinfo=UTC)
