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

VICTIM_OF_YEAR = {"2013": "reporting", "2014": "scoring", "2015": "notifications"}
YEARS = tuple(VICTIM_OF_YEAR)


async def send_and_kill(world: World, client: Client, intake: Intake, year: str, victim: str) -> list[Report]:
    """Kill a service while a year's reports are on their way to it, and start it again."""
    reports = list(papi.reports_of(world.plan, [year]))
    sending = asyncio.create_task(papi.send_all(client, intake, reports))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(world.stack.kill, victim)
    assert not sending.done(), "the load was over before the kill"
    await asyncio.to_thread(world.stack.restart, victim)
    await sending
    return reports


@pytest.mark.timeout(300)
async def test_services_killed_under_load_lose_nothing_and_double_nothing(world: World, client: Client, intake: Intake) -> None:
    await papi.open_periods(client, world.plan, YEARS)
    reports = [each for year, victim in VICTIM_OF_YEAR.items() for each in await send_and_kill(world, client, intake, year, victim)]
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
