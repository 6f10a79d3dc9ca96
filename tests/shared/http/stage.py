"""A small application with one route of each kind, for the tests of what stands before all routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import asyncpg
import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from shared.clock import FixedClock
from shared.database import open_pool
from shared.http.access import Caller, Role, require
from shared.http.application import new_application
from shared.http.guard import AccessKey, digest_of
from shared.http.paging import Paging, paging
from shared.http.problems import Problem, fault
from shared.http.requests import read_body, router
from shared.readiness import Readiness
from shared.settings import ServiceSettings

NOW = datetime(2023, 7, 5, tzinfo=UTC)
SOURCE = Annotated[Caller, Depends(require(Role.SOURCE))]
COUNCIL = Annotated[Caller, Depends(require(Role.COUNCIL, Role.OPERATOR))]


class StageSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="STAGE_")


def stage_settings(**changed: object) -> StageSettings:
    told = {"database_url": "postgresql://nobody@127.0.0.1:1/none", "kafka_bootstrap": "127.0.0.1:1", "http_port": 8199, **changed}
    return StageSettings.model_validate(told)


class Vote(BaseModel):
    """A body that a route takes."""

    model_config = ConfigDict(extra="forbid")

    ballots: Annotated[int, Field(ge=0)]
    share: Decimal
    note: str | None = None


def caller(name: str, *roles: Role) -> Caller:
    """A caller whose key is its name."""
    return Caller(name=name, source="lgsp", roles=frozenset(roles), movements=frozenset({"ha-nam-315"}), agencies=frozenset({"ha-nam"}))


class FewKeys:
    """Keys for tests of what is done with a key; how keys are kept is tested on the real database."""

    def __init__(self) -> None:
        self.clock = FixedClock(instant=NOW)
        self._keys = {
            digest_of("source"): AccessKey(caller=caller("source", Role.SOURCE), expires_at=NOW + timedelta(seconds=1), revoked_at=None),
            digest_of("council"): AccessKey(caller=caller("council", Role.COUNCIL), expires_at=None, revoked_at=None),
            digest_of("expired"): AccessKey(caller=caller("expired", Role.COUNCIL), expires_at=NOW, revoked_at=None),
            digest_of("revoked"): AccessKey(caller=caller("revoked", Role.COUNCIL), expires_at=None, revoked_at=NOW),
        }

    async def find(self, digest: bytes) -> AccessKey | None:
        return self._keys.get(digest)


def stage_application(settings: StageSettings | None = None, readiness: Readiness | None = None) -> FastAPI:
    """The application; to be made in a running loop."""
    settings = settings or stage_settings()
    pool = open_pool(settings.database_url.get_secret_value(), schema="stage", size=2)
    parts = readiness or Readiness()
    app = new_application("stage", settings, pool=pool, clock=FixedClock(), readiness=parts, closed=lambda: "start" in parts.missing)
    app.state.keys = FewKeys()
    app.include_router(_routes())
    return app


def _routes() -> APIRouter:
    routes = router("/v1")

    @routes.post("/votes")
    async def vote(body: Vote, caller: COUNCIL) -> Vote:
        return body

    @routes.post("/raw")
    async def raw(request: Request, caller: SOURCE) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @routes.post("/any")
    async def any_json(request: Request, caller: SOURCE) -> dict[str, str]:
        return {"read": repr(await read_body(request))}

    @routes.get("/list")
    async def listed(asked: Annotated[Paging, Depends(paging)], caller: SOURCE) -> dict[str, int]:
        return {"limit": asked.limit}

    @routes.get("/scoped/{movement}/{agency}")
    async def scoped(movement: str, agency: str, caller: SOURCE) -> dict[str, str]:
        caller.demand(movement=movement, agency=agency)
        return {"agency": agency}

    @routes.get("/fails/{how}")
    async def fails(how: str, caller: SOURCE) -> None:
        raise _failure(how)

    @routes.get("/slow")
    async def slow(caller: SOURCE) -> dict[str, str]:
        await asyncio.sleep(1)
        return {}

    return routes


def _failure(how: str) -> Exception:
    failures = {
        "bug": RuntimeError("the password is hunter2"),
        "database": asyncpg.CannotConnectNowError("the database system is starting up"),
        "network": ConnectionRefusedError(111, "refused"),
        "two": Problem.of([fault("criterion-unknown", "/values/a", criterion="a"), fault("value-negative", "/values/b")]),
    }
    return failures.get(how) or Problem("not-found")


@asynccontextmanager
async def client(app: FastAPI, key: str | None = "source") -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application that shows the key."""
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://stage", headers=headers) as made:
        yield made
