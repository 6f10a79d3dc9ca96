"""Each service can be killed and started again under load: nothing is lost, nothing counts twice, every total is the published one."""

import asyncio
import json
from collections import Counter

import pytest

from deploy.local.demo import papi
from deploy.local.demo.client import Client
from deploy.local.demo.events import read_topics
from deploy.local.demo.sending import Intake, Report
from shared.events.topics import type_of
from tests.end_to_end.conftest import World

YEARS = ("2013", "2014", "2015", "2016")
SECONDS_BETWEEN = 0.5


async def kill_each_service_in_turn(world: World) -> None:
    """Kill every service while the load is on, and start it again."""
    for name in ("reporting", "scoring", "notifications"):
        await asyncio.sleep(SECONDS_BETWEEN)
        await asyncio.to_thread(world.stack.kill, name)
        await asyncio.to_thread(world.stack.restart, name)


@pytest.mark.timeout(300)
async def test_services_killed_under_load_lose_nothing_and_double_nothing(world: World, client: Client, intake: Intake) -> None:
    await papi.open_periods(client, world.plan, YEARS)
    reports = list(papi.reports_of(world.plan, YEARS))

    await asyncio.gather(papi.send_all(client, intake, reports), kill_each_service_in_turn(world))
    await papi.wait_for_scores(client, world.plan, YEARS, len(reports))
    rankings = await papi.close_periods(client, world.plan, YEARS)

    comparison = papi.compare(rankings)
    assert comparison.compared == len(reports)
    assert comparison.differing == ()
    await assert_announced_once(world, reports)


async def assert_announced_once(world: World, reports: list[Report]) -> None:
    """Every report was announced under one id; a repeat by the relay after a crash has the same id."""
    records = await read_topics(world.stack.bootstrap, ["reports"])
    ids: dict[tuple[str, str], set[str]] = {(report.agency, report.period): set() for report in reports}
    for record in records:
        headers = {name: text.decode() for name, text in record.headers}
        if headers["ce_type"] == type_of("report-submitted"):
            data = json.loads(record.value)
            ids.setdefault((data["agency"], data["period"]), set()).add(headers["ce_id"])
    counts = Counter(len(ids[report.agency, report.period]) for report in reports)
    assert counts == {1: len(reports)}
