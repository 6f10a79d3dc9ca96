"""One real stack for all end-to-end tests: broker, database and the three services as processes, with PAPI's movement live."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from deploy.local.demo import papi
from deploy.local.demo.__main__ import PAPI, ROLES, SOURCES
from deploy.local.demo.client import Addresses, Client, open_client
from deploy.local.demo.sending import Intake, open_intake
from deploy.local.stack import LocalStack, Ports, local_stack
from shared.plan.document import read_plan
from shared.plan.types import Plan
from tests.end_to_end.demo_run import DemoRun, run_demo

CLOSED_YEAR = "2011"
OPEN_YEAR = "2012"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A running stack with a key for each role and source."""

    stack: LocalStack
    keys: dict[str, str]
    plan: Plan

    @property
    def addresses(self) -> Addresses:
        return Addresses(**self.stack.urls)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """PAPI's movement is published; one of its periods is open, and one was closed without a report."""
    with local_stack(f"end-to-end-{os.getpid()}", ports=Ports.free()) as stack:
        keys = stack.add_keys(roles=ROLES, sources=SOURCES)
        stack.command("reporting", "publish", str(PAPI))
        made = World(stack=stack, keys=keys, plan=read_plan(PAPI.read_text("utf-8")))
        asyncio.run(_prepare(made))
        yield made


async def _prepare(world: World) -> None:
    async with open_client(world.addresses, world.keys) as client:
        await papi.open_periods(client, world.plan, [CLOSED_YEAR, OPEN_YEAR])
        await papi.close_periods(client, world.plan, [CLOSED_YEAR])


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[Client]:
    """A client with all keys."""
    async with open_client(world.addresses, world.keys) as opened:
        yield opened


@pytest_asyncio.fixture
async def intake(world: World) -> AsyncIterator[Intake]:
    """A producer on the intake topics."""
    async with open_intake(world.stack.bootstrap) as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_run() -> DemoRun:
    """The demo, run once."""
    return run_demo()
