"""The stage of reporting's tests: the service on a real database, its clock in the test's hand, asked over HTTP without a socket."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr

from deploy.local.database import Database, create, drop
from services.reporting.acts.access import Grant, add_key, add_source
from services.reporting.acts.intake import Intake
from services.reporting.acts.periods import Bidding, Periods
from services.reporting.acts.publishing import publish
from services.reporting.app import DIRECTORIES, build
from services.reporting.contract import REPORTS_SENT, SCORES_TOLD
from services.reporting.domain.sending import Sent
from services.reporting.handlers import hear_reports, hear_scores
from services.reporting.settings import ReportingSettings
from services.reporting.store.plans import Plans
from shared.clock import FixedClock
from shared.database import migrate
from shared.events.registry import Role
from shared.messaging import Consumer, Record
from shared.messaging.reading import read
from shared.messaging.settle import Tally, settle
from shared.plan.document import read_plan
from shared.plan.types import Plan
from shared.service import Foundation, Service
from tests.conftest import fresh_name

MOVEMENT, PERIOD, SOURCE = "thi-dua", "2023-q2", "lgsp"
START = datetime(2023, 7, 1, 2, 0, tzinfo=UTC)

PLAN = """
movement: thi-dua
version: 1
title_vi: Phong trào thi đua thử
title_en: A movement for tests
effective_from: 2023-01-01
total_places: 2
criteria:
  - code: giai-ngan
    name_vi: Giải ngân
    name_en: Disbursement
    maximum: 60
    measure: {kind: points, cap: 60}
    value_places: 4
    on_missing: zero
    on_not_applicable: zero
  - code: an-toan
    name_vi: An toàn
    name_en: Safety
    maximum: 40
    measure: {kind: points, cap: 40}
    on_missing: zero
    on_not_applicable: zero
agencies:
  - {code: ha-nam.phu-ly, name_vi: Thành phố Phủ Lý, name_en: Phu Ly City, aliases: ["347"]}
  - {code: ha-nam.duy-tien, name_vi: Thị xã Duy Tiên, name_en: Duy Tien Town, aliases: ["349"]}
  - {code: ha-nam.so-tc, name_vi: Sở Tài chính, name_en: Department of Finance}
clusters:
  - {code: huyen, name_vi: Khối huyện, name_en: Districts, members: [ha-nam.phu-ly, ha-nam.duy-tien]}
  - {code: so, name_vi: Khối sở, name_en: Departments, members: [ha-nam.so-tc]}
periods:
  - code: 2023-q2
    from: 2023-04-01
    to: 2023-06-30
    due: 2023-07-05
    grace_days: 2
    close: 2023-07-31
    name_vi: Quý II
    name_en: Second quarter
  - {code: 2023-q3, from: 2023-07-01, to: 2023-09-30, name_vi: Quý III, name_en: Third quarter}
"""


def plan(**changes: str) -> Plan:
    """The plan of these tests, with lines changed."""
    text = PLAN
    for old, new in changes.items():
        text = text.replace(old.replace("__", ": "), new)
    return read_plan(text)


def report(**changes: object) -> dict[str, object]:
    """A report that is right, with fields changed."""
    fields: dict[str, object] = {
        "movement": MOVEMENT,
        "period": PERIOD,
        "agency": "ha-nam.phu-ly",
        "version": 1,
        "values": {"giai-ngan": 55.5, "an-toan": None},
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not ...}


def written(body: object) -> bytes:
    """A body as JSON bytes; bytes stay as they are."""
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()


def record(body: object, *, offset: int = 0, source: str = SOURCE, at: datetime = START, headers: Sequence[tuple[str, Any]] = ()) -> Record:
    """A record of intake."""
    return Record(
        topic=f"intake.{source}",
        partition=0,
        offset=offset,
        appended_at=at,
        key=b"k",
        value=None if body is None else written(body),
        headers=tuple(headers),
    )


def with_id(id_: str, *more: tuple[str, bytes | None]) -> list[tuple[str, bytes | None]]:
    """The headers of a CloudEvent in binary mode."""
    return [("ce_id", id_.encode()), ("ce_specversion", b"1.0"), ("ce_type", b"vn.thidua.report-sent.v1"), *more]


@dataclass(kw_only=True)
class Stage:
    """The service, and how a test speaks with it."""

    service: Service
    clock: FixedClock
    http: httpx.AsyncClient
    keys: dict[str, str] = field(default_factory=dict)
    offset: int = 0

    @property
    def foundation(self) -> Foundation:
        """What the service is built on."""
        return self.service.foundation

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The service's own pool."""
        return self.foundation.pool

    @property
    def periods(self) -> Periods:
        """The acts on periods."""
        return Periods(self.foundation.transactions, Plans())

    async def send(self, body: object, *, id_: str | None = "bc-1", key: str = SOURCE, **headers: str) -> httpx.Response:
        """Send a report over HTTP."""
        sent = {"content-type": "application/json", **({"idempotency-key": id_} if id_ else {})}
        return await self.ask("POST", "/v1/reports", key=key, content=written(body), headers=sent | headers)

    async def ask(
        self, method: str, path: str, *, key: str = "standing-body", headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Ask over HTTP with a key."""
        return await self.http.request(method, path, headers={"x-api-key": self.keys[key], **(headers or {})}, **more)

    @property
    def consumer(self) -> Consumer[Sent]:
        """The consumer of intake, as a replica has it."""
        return Consumer(REPORTS_SENT, hear_reports(Intake(Plans())))

    async def deliver(self, *records: Record) -> Tally:
        """Let the consumer hear records in one batch, in the runtime's own transaction."""
        arrivals = [read(REPORTS_SENT, each, {}) for each in records]
        return await settle(self.foundation.transactions, self.consumer, arrivals, 1_000)

    async def hear_scores(self, *records: Record) -> Tally:
        """Let the service hear what scoring tells."""
        return await settle(
            self.foundation.transactions, Consumer(SCORES_TOLD, hear_scores), [read(SCORES_TOLD, each, {}) for each in records], 1_000
        )

    async def told(self, topic: str | None = None) -> list[tuple[str, str, dict[str, Any]]]:
        """What stands in the outbox, in order: type, key, data."""
        rows = await self.pool.fetch("SELECT type, aggregatetype, aggregateid, payload FROM outbox ORDER BY position")
        return [
            (row["type"].removeprefix("vn.thidua.").removesuffix(".v1"), row["aggregateid"], json.loads(row["payload"]))
            for row in rows
            if topic in (None, row["aggregatetype"])
        ]

    async def count(self, table: str) -> int:
        """How many rows a table holds."""
        return int(await self.pool.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - the names are the tests' own

    async def open(self, period: str = PERIOD) -> None:
        """Open a period."""
        await self.periods.open(Bidding(movement=MOVEMENT, period=period, actor="test"))

    def pass_time(self, **step: float) -> None:
        """Move the clock on."""
        self.clock.advance(timedelta(**step))


@asynccontextmanager
async def built(database: Database, bootstrap: str = "127.0.0.1:1") -> AsyncIterator[Stage]:
    """A stage on a database as it is."""
    clock = FixedClock(instant=START)
    settings = ReportingSettings(
        database_url=SecretStr(database.url("reporting")), kafka_bootstrap=bootstrap, http_timeout_seconds=5, access_cache_seconds=0
    )
    service = build(settings, clock)
    await service.foundation.pool
    transport = httpx.ASGITransport(app=service.foundation.http)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://reporting") as http:
            yield Stage(service=service, clock=clock, http=http)
    finally:
        await service.foundation.pool.close()


@asynccontextmanager
async def staged(template: Database, bootstrap: str) -> AsyncIterator[Stage]:
    """A stage on a fresh copy of the migrated database, furnished, which other processes may use too."""
    database = replace(template, name=fresh_name())
    create(database.address, database.name, template=template.name)
    try:
        async with built(database, bootstrap) as stage:
            await furnish(stage)
            yield stage
    finally:
        drop(database.address, database.name)


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """A database in which the plan is published and the period open, with the keys to it; put back as it was after each test."""

    database: Database
    keys: dict[str, str]

    @property
    def admin_url(self) -> str:
        """The superuser's address."""
        return replace(self.database.address, database=self.database.name).admin_url


async def furnished(database: Database) -> Furnished:
    """Furnish a migrated database, and remember how it is."""
    async with built(database) as stage:
        await furnish(stage)
        made = Furnished(database=database, keys=stage.keys)
    connection = await asyncpg.connect(made.admin_url)
    await connection.execute(REMEMBER)
    await connection.close()
    return made


async def put_back(made: Furnished) -> None:
    """Bring every table back to how it was furnished."""
    connection = await asyncpg.connect(made.admin_url)
    await connection.execute("SELECT remembered.put_back()")
    await connection.close()


# Triggers are off while rows are put back, for they come in no order that foreign keys would like.
REMEMBER = """
CREATE SCHEMA remembered;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'reporting' AND tablename <> 'schema_migration' LOOP
        EXECUTE format('CREATE TABLE remembered.%1$I AS TABLE reporting.%1$I', name);
    END LOOP;
END $$;
CREATE FUNCTION remembered.put_back() RETURNS void LANGUAGE plpgsql AS $$ DECLARE name text; BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'remembered' LOOP
        EXECUTE format('DELETE FROM reporting.%I', name);
        EXECUTE format('INSERT INTO reporting.%1$I OVERRIDING SYSTEM VALUE SELECT * FROM remembered.%1$I', name);
    END LOOP;
END $$;
"""


async def furnish(stage: Stage) -> None:
    """Publish, register, open; then forget what was told of it."""
    transactions = stage.foundation.transactions
    await publish(transactions, plan(), actor="test", reason=None)
    for role in Role:
        if role is not Role.SOURCE:
            stage.keys[role.value] = await add_key(transactions, Grant(name=f"key-{role}", roles=(role,)), None)
    for source in (SOURCE, "other"):
        grant = Grant(name=source, roles=(Role.SOURCE,), source=source, agencies=("ha-nam",))
        stage.keys[source] = await add_source(transactions, grant, None) or ""
    await stage.open()
    await stage.pool.execute("DELETE FROM outbox")


async def migrated(database: Database) -> None:
    """Bring reporting's schema up to date."""
    await migrate(database.owner_url, "reporting", DIRECTORIES)
