"""The smallest service: keys, one slow route, nothing of its own. Run as `python -m tests.shared.stage_service`."""

import asyncio
from typing import Annotated

import typer
from fastapi import APIRouter, Depends
from pydantic_settings import SettingsConfigDict

from shared.http.access import Caller, Role, access_consumer, require
from shared.http.requests import router
from shared.service import CommandFailed, Service, command_line, foundation, run_on
from shared.settings import ServiceSettings

NAME = "stage"


class StageSettings(ServiceSettings):
    """The settings that every service has."""

    model_config = SettingsConfigDict(env_prefix="STAGE_")


def build(settings: StageSettings) -> Service:
    """Wire it."""
    base = foundation(NAME, settings)
    base.http.include_router(_routes())
    return Service(foundation=base, directories=(), consumers=(access_consumer(NAME),))


def _routes() -> APIRouter:
    routes = router("/v1")

    @routes.get("/slow/{seconds}")
    async def slow(seconds: float, caller: Annotated[Caller, Depends(require(Role.OBSERVER))]) -> str:
        await asyncio.sleep(seconds)
        return caller.name

    return routes


commands = command_line(NAME, build, StageSettings, ())


@commands.command()
def count() -> None:
    """Count the keys."""
    typer.echo(run_on(build, StageSettings, lambda service: service.foundation.pool.fetchval("SELECT count(*) FROM access_key")))


@commands.command()
def fail() -> None:
    """Fail as a command does that can not do what it was asked."""
    raise CommandFailed("the plan is not there: give the name of a file")


if __name__ == "__main__":
    commands()
