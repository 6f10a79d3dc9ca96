"""What every service is built on, and what a built service is. Building opens no connection, so it needs neither database nor broker."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.clock import Clock, SystemClock
from shared.database import Pool, open_pool
from shared.http.application import new_application
from shared.messaging import Consumer, KafkaSettings, Transactions, Wakeup, Worker
from shared.operating import Operated, routes
from shared.readiness import Readiness
from shared.settings import SecurityProtocol, ServiceSettings

STARTING = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """The parts that are the same in each service. Its name is its schema's name too."""

    name: str
    settings: ServiceSettings
    pool: Pool
    transactions: Transactions
    wakeup: Wakeup
    clock: Clock
    readiness: Readiness
    http: FastAPI


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, wired: `build(settings) -> Service` in each app.py makes one."""

    foundation: Foundation
    directories: Sequence[Path]
    consumers: Sequence[Consumer[Any]] = ()
    workers: Sequence[Worker] = ()

    def __post_init__(self) -> None:
        """Whatever is built can be operated, over HTTP too."""
        self.foundation.http.include_router(routes(self.operated))

    @property
    def operated(self) -> Operated:
        """The parts that an operator works on."""
        base = self.foundation
        return Operated(
            name=base.name,
            pool=base.pool,
            transactions=base.transactions,
            clock=base.clock,
            consumers=self.consumers,
            kafka=lambda: kafka_settings(base.name, base.settings),
        )


def foundation(name: str, settings: ServiceSettings, clock: Clock | None = None) -> Foundation:
    """Lay what `build` stands on; to be called in a running event loop.

    In `app.py`: `base = foundation("scoring", settings)`, `base.http.include_router(routes(base.transactions, …))`,
    `return Service(foundation=base, directories=DIRECTORIES, consumers=(access_consumer("scoring"), …), workers=(…))`.
    """
    clock = clock or SystemClock()
    readiness, wakeup = Readiness(), Wakeup()
    pool = open_service_pool(name, settings, size=settings.pool_size)
    http = new_application(name, settings, pool=pool, clock=clock, readiness=readiness, closed=lambda: STARTING in readiness.missing)
    return Foundation(
        name=name,
        settings=settings,
        pool=pool,
        transactions=Transactions(pool, clock, wakeup.wake),
        wakeup=wakeup,
        clock=clock,
        readiness=readiness,
        http=http,
    )


def open_service_pool(name: str, settings: ServiceSettings, *, size: int) -> Pool:
    """Make a pool on the service's own schema as its own role."""
    return open_pool(
        settings.database_url.get_secret_value(),
        schema=name,
        size=size,
        application_name=name,
        statement_timeout_seconds=settings.statement_timeout_seconds,
    )


def kafka_settings(name: str, settings: ServiceSettings) -> KafkaSettings:
    """Say to the runtime how Kafka is reached."""
    encrypted = settings.kafka_security in {SecurityProtocol.SSL, SecurityProtocol.SASL_SSL}
    return KafkaSettings(
        bootstrap=settings.kafka_bootstrap,
        security_protocol=settings.kafka_security,
        sasl_mechanism=settings.kafka_mechanism,
        sasl_username=settings.kafka_username,
        sasl_password=settings.kafka_password.get_secret_value() if settings.kafka_password else None,
        ssl_context=ssl.create_default_context(cafile=settings.kafka_ca_file) if encrypted else None,
        client_id=name,
    )
