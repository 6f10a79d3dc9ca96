"""Each service can be killed and started again under load: nothing is lost, nothing counts twice, every total is the published one."""

import asyncio
from collections import Counter

from deploy.local.demo import papi
from deploy.local.demo.client import Client
from deploy.local.demo.events import read_topics
from deploy.local.demo.sending import Intake, Report
from tests.end_to_end.conftest import World

YEARS = ("2013", "2014", "2015", "2016")
SECONDS_BETWEEN = 0.5


async def kill_each_service_in_turn(world: World) -> None:
    """Kill every service while the load is on, and start it again."""
    for name in ("reporting", "scoring", "notifications"):
        await asyncio.sleep(SECONDS_BETWEEN)
        await asyncio.to_thread(world.stack.kill, name)
        await asyncio.to_thread(world.stack.restart, name)


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
    ids_by_report: dict[tuple[str, str], set[str]] = {}
    for record in records:
        headers = {name: text.decode() for name, text in record.headers}
        if headers["ce_type"] == "vn.thidua.report-submitted.v1":
            ids_by_report.setdefault((headers["ce_subject"], record.value.decode().partition('"period":"')[2][:4]), set()).add(
                headers["ce_id"]
            )
    expected = {(report.agency, report.period) for report in reports}
    counts = Counter(len(ids_by_report.get(report, ())) for report in expected)
    assert counts == {1: len(expected)}
