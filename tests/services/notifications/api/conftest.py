"""The service as it is built, over its real database; requests reach it without a socket."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from deploy.local.database import Database
from services.notifications.app import build
from services.notifications.settings import NotificationsSettings
from services.notifications.workers import Courier
from shared.foundation import Service
from tests.services.notifications.stage import Stage

Builds = Callable[..., Service]


@pytest.fixture
async def builds(stage: Stage, migrated: Database) -> AsyncIterator[Builds]:
    """Build services on the stage's database and clock."""
    built: list[Service] = []

    def make(**settings: object) -> Service:
        given = {
            "database_url": migrated.url("notifications"),
            "kafka_bootstrap": "127.0.0.1:1",
            "http_port": 8103,
            "access_cache_seconds": 0,
            **settings,
        }
        built.append(build(NotificationsSettings.model_validate(given), stage.clock))
        return built[-1]

    yield make
    for service in built:
        service.foundation.pool.terminate()
        await courier_of(service).close()


@pytest.fixture
async def service(builds: Builds) -> Service:
    """Build the service so that webhooks may go to this machine."""
    service = builds(webhook_allow_private=True)
    await service.foundation.pool
    return service


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service) as client:
        yield client


def courier_of(service: Service) -> Courier:
    """Return who sends the service's webhooks."""
    owners = (getattr(worker.work, "__self__", None) for worker in service.workers)
    return next(owner for owner in owners if isinstance(owner, Courier))


def client_of(service: Service) -> httpx.AsyncClient:
    """Speak to a service without a socket."""
    transport = httpx.ASGITransport(app=service.foundation.http, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://notifications.example")
