"""Couriers on the stage, with its clock and without chance."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from services.notifications import store
from services.notifications.domain.deliveries import Patience
from services.notifications.workers import Courier, CourierLimits, Delivery, Sender
from tests.services.notifications.receiver import Received
from tests.services.notifications.stage import Stage

PATIENCE = Patience(first_wait=timedelta(seconds=10), longest_wait=timedelta(hours=1), give_up_after=timedelta(hours=72))
Couriers = Callable[..., Courier]


@pytest.fixture
async def couriers(stage: Stage) -> AsyncIterator[Couriers]:
    """Make couriers with the stage's clock; chance takes nothing off the waits."""
    await stage.give_key("observer-1", "observer")
    made: list[Courier] = []

    def make(
        *, allow_private: bool = True, seconds_max: float = 5, limits: CourierLimits | None = None, patience: Patience = PATIENCE
    ) -> Courier:
        sender = Sender(allow_private=allow_private, seconds_max=seconds_max, connections_max=64)
        delivery = Delivery(pool=stage.pool, sender=sender, clock=stage.clock, patience=patience, chance=lambda: 0.0)
        made.append(Courier(delivery, stage.transactions, store.FeedMoves(), limits))
        return made[-1]

    yield make
    for courier in made:
        await courier.close()


async def run(courier: Courier) -> None:
    """Work until nothing is due or under way."""
    async with asyncio.timeout(60):
        while await courier.work():
            pass


def failing(*ids: str, status: int = 500) -> Callable[[Received], int]:
    """Fail these events and take all others."""
    return lambda request: status if request.id in ids else 204
