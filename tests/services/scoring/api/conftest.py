"""The service's HTTP side on the same database, with a real key for each role."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.scoring.api import routes
from services.scoring.settings import ScoringSettings
from shared.events import REGISTRY
from shared.events.registry import AccessChanged, Role
from shared.http.application import new_application
from shared.http.guard import digest_of
from shared.http.keys import access_consumer
from shared.messaging.reading import read
from shared.messaging.settle import settle
from shared.readiness import Readiness
from tests.services.scoring.desk import DEAD_LETTERS_MAX, Desk
from tests.services.scoring.trial import record_of

KEYS: dict[str, dict[str, object]] = {
    "council": {"roles": [Role.COUNCIL]},
    "standing-body": {"roles": [Role.STANDING_BODY]},
    "observer": {"roles": [Role.OBSERVER]},
    "source-a": {"roles": [Role.SOURCE], "source": "trial-source", "agencies": ["a"]},
    "elsewhere": {"roles": [Role.COUNCIL], "movements": ["another"]},
}


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service; the key is chosen by `headers=key("council")`."""
    consumer = access_consumer("scoring")
    records = [
        record_of(
            AccessChanged(key_digest=digest_of(name).hex(), revision=900 + place, name=name, **fields),  # type: ignore[arg-type]
            topic=REGISTRY.name,
            key="access",
            revision=900 + place,
        )
        for place, (name, fields) in enumerate(KEYS.items())
    ]
    await settle(desk.transactions, consumer, [read(consumer.consumes, record, {}) for record in records], DEAD_LETTERS_MAX)
    settings = ScoringSettings(database_url="postgresql://unused/thidua", kafka_bootstrap="unused:9092")  # type: ignore[arg-type]
    app = new_application("scoring", settings, pool=desk.pool, clock=desk.clock, readiness=Readiness())
    app.include_router(routes(desk.transactions, desk.pool, desk.unchanging))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://scoring") as made:
        yield made
