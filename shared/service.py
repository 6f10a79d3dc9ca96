"""One way to run for every service: it starts in any order with the others, waits for what is away, and drains on SIGTERM."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import typer
from fastapi import FastAPI

from shared.clock import Clock, SystemClock
from shared.messaging import Consumer, Transactions, Worker
from shared.readiness import Readiness
from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What a service is built on. The pool opens no connection before `serve`, so building it needs no database."""

    name: str
    settings: ServiceSettings
    pool: "asyncpg.Pool[asyncpg.Record]"
    transactions: Transactions
    clock: Clock
    readiness: Readiness
    http: FastAPI


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, wired: `build(settings) -> Service` in each app.py makes one."""

    foundation: Foundation
    directories: Sequence[Path]
    consumers: Sequence[Consumer[Any]] = ()
    workers: Sequence[Worker] = field(default=())


def foundation(name: str, settings: ServiceSettings, clock: Clock | None = None) -> Foundation:
    """Lay what build(settings) stands on: pool, transactions, clock, readiness and the guarded HTTP application.

    `app.py`: base = foundation("scoring", settings); base.http.include_router(routes(base.transactions, …));
    return Service(foundation=base, directories=DIRECTORIES, consumers=(access_consumer("scoring"), …), workers=(…)).
    """
    raise NotImplementedError


async def serve(service: Service) -> None:
    """Run until SIGTERM or SIGINT, then drain."""
    raise NotImplementedError


def command_line(
    name: str, build: Callable[[S], Service], settings_class: type[S], directories: Sequence[Path]
) -> typer.Typer:
    """`serve` (when nothing is said) and `migrate`; a service's __main__ adds its own commands and calls `run`."""
    raise NotImplementedError
