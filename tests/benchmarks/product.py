"""The real product: three services, a movement of thousands of agencies, reports in over Kafka, scores read by an outside consumer.

Promise: a score counts only where its total is the sum of what was reported; each delay runs from just before a report was sent until its
score was read, so it holds intake, acceptance, scoring and three topics.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles

from aiokafka import AIOKafkaConsumer

from deploy.local.demo.client import Addresses, open_client
from deploy.local.demo.sending import Intake, Report, open_intake
from deploy.local.places import CHECKOUT
from deploy.local.stack import LocalStack, Ports, local_stack
from shared.events.scores import ScoreComputed
from shared.events.topics import SCORES, type_of
from tests.benchmarks.effort import seconds_of
from tests.benchmarks.judge import WorkWrong

MOVEMENT, PERIOD, SOURCE = "bench", "now", "bench"
CLUSTER_AGENCIES = 100
CRITERIA = 10
CHUNK = 500
FLOODS = 3
STALL_SECONDS_MAX = 60
SCORED = type_of("score-computed").encode()
PLAN = """\
movement: bench
version: 1
title_vi: Phong trào để đo tốc độ
title_en: A movement to measure speed with
effective_from: 2020-01-01
illustrative: true
notice_vi: Số liệu là giả định, chỉ để đo tốc độ.
notice_en: All values are made up, to measure speed.
total_places: 2
every_criterion: {measure: points, on_missing: zero, on_not_applicable: zero, unit_vi: điểm, unit_en: points}
periods:
  - {code: now, from: 2020-01-01, to: 2098-12-31, due: 2099-01-31, close: 2099-02-28}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the product does: scores a second when reports wait, and delays in milliseconds under half of it and in quiet."""

    reports: int
    rates: list[float]
    half_rate: float
    half_middle_ms: float
    half_high_ms: float
    quiet_middle_ms: float
    quiet_high_ms: float
    processor_microseconds: dict[str, float]


@dataclass(kw_only=True)
class Outside:
    """An outside consumer of scores: when it read the score of each agency's version, and how many it read."""

    consumer: AIOKafkaConsumer
    read: dict[tuple[str, int], float] = field(default_factory=dict)

    async def until(self, wanted: Sequence[tuple[str, int]]) -> None:
        """Read on until all the scores wanted were read; raises WorkWrong where none comes any more."""
        lacking, progressed = set(wanted) - self.read.keys(), time.monotonic()
        while lacking:
            found = await self._more()
            progressed = time.monotonic() if found & lacking else progressed
            lacking -= found
            if time.monotonic() > progressed + STALL_SECONDS_MAX:
                raise WorkWrong(f"{len(lacking)} of {len(wanted)} scores never came, among them {min(lacking)}")

    async def _more(self) -> set[tuple[str, int]]:
        polled = await self.consumer.getmany(timeout_ms=200)
        now = time.time()
        facts = [read_score(record.value) for records in polled.values() for record in records if dict(record.headers)["ce_type"] == SCORED]
        found = {(fact.agency, fact.report_version) for fact in facts if fact.report_version is not None}
        self.read.update((each, now) for each in found if each not in self.read)
        return found


def read_score(value: bytes) -> ScoreComputed:
    """Read a score, and hold its total against what was reported."""
    fact = ScoreComputed.model_validate_json(value)
    if fact.report_version is not None and fact.total != sum(values_of(number_of(fact.agency), fact.report_version).values()):
        raise WorkWrong(f"{fact.agency}, version {fact.report_version}, has the total {fact.total}")
    return fact


def agency_of(number: int) -> str:
    """Name an agency of the movement."""
    return f"tinh-{number // CLUSTER_AGENCIES:03}.xa-{number:05}"


def number_of(agency: str) -> int:
    """Tell the number of an agency by its name."""
    return int(agency.rpartition("-")[2])


def values_of(number: int, version: int) -> dict[str, Decimal]:
    """What an agency reports in a version."""
    return {f"c{n}": Decimal((number * 7 + version * 31 + n * 13) % 1_000) / 100 for n in range(CRITERIA)}


def report_of(number: int, version: int) -> Report:
    """Make an agency's report."""
    return Report(
        id=f"{agency_of(number)}-{version}",
        movement=MOVEMENT,
        period=PERIOD,
        agency=agency_of(number),
        version=version,
        values=values_of(number, version),
    )


def write_plan(path: Path, agencies: int) -> None:
    """Write the plan of a movement of so many agencies."""
    names = [agency_of(number) for number in range(agencies)]
    clusters = [names[start : start + CLUSTER_AGENCIES] for start in range(0, agencies, CLUSTER_AGENCIES)]
    lines = ["criteria:", *(f"  - {{code: c{n}, name_vi: Tiêu chí {n}, name_en: Criterion {n}}}" for n in range(CRITERIA)), "clusters:"]
    lines += [
        f"  - {{code: k{n}, name_vi: Cụm {n}, name_en: Cluster {n}, members: [{', '.join(some)}]}}" for n, some in enumerate(clusters)
    ]
    lines += ["agencies:", *(f"  - {{code: {name}, name_vi: {name}, name_en: {name}}}" for name in names)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PLAN + "\n".join(lines) + "\n", encoding="utf-8")


async def flood(intake: Intake, outside: Outside, *, agencies: int, version: int) -> float:
    """Send one report of each agency as fast as they go; give the scores a second that were read from the first one on."""
    for start in range(0, agencies, CHUNK):
        await intake.send(SOURCE, [report_of(number, version) for number in range(start, min(start + CHUNK, agencies))])
    wanted = [(agency_of(number), version) for number in range(agencies)]
    await outside.until(wanted)
    instants = sorted(outside.read[each] for each in wanted)
    return sum(1 for instant in instants if instant > instants[0]) / max(0.001, instants[-1] - instants[0])


async def paced(intake: Intake, outside: Outside, *, rate: float, reports: int, version: int) -> list[float]:
    """Send reports at a steady rate, and give the delay of each in milliseconds."""
    wanted = [(agency_of(number), version) for number in range(reports)]
    reading = asyncio.create_task(outside.until(wanted))
    sent, sends, began = dict[tuple[str, int], float](), list[asyncio.Task[None]](), time.time()
    for number, each in enumerate(wanted):
        await asyncio.sleep(max(0.0, began + number / rate - time.time()))
        sent[each] = time.time()
        sends.append(asyncio.create_task(intake.send(SOURCE, [report_of(number, version)])))
    await asyncio.gather(reading, *sends)
    return [(outside.read[each] - instant) * 1000 for each, instant in sent.items()]


def high(delays_ms: Sequence[float]) -> float:
    """The delay that 99 of 100 keep below."""
    return min(max(delays_ms), quantiles(delays_ms, n=100)[98])


async def serve(stack: LocalStack, keys: dict[str, str], *, agencies: int, quiet_reports: int) -> Served:
    """Open the period, flood the product, and then measure delays."""
    async with AsyncExitStack() as held:
        client = await held.enter_async_context(open_client(Addresses(**stack.urls), keys))
        await client.post("reporting", f"/v1/movements/{MOVEMENT}/periods/{PERIOD}/open", {}, role="standing-body")
        intake = await held.enter_async_context(open_intake(stack.bootstrap))
        consumer = AIOKafkaConsumer(SCORES.name, bootstrap_servers=stack.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
        await consumer.start()
        held.push_async_callback(consumer.stop)
        outside = Outside(consumer=consumer)
        before, rates = worked(stack), list[float]()
        for version in range(1, FLOODS + 1):
            rates.append(await flood(intake, outside, agencies=agencies, version=version))
            print(f"flood {version} of {FLOODS}: {rates[-1]:,.0f} scores/s", flush=True)
        spent = {name: (seconds - before[name]) * 1e6 / (agencies * FLOODS) for name, seconds in worked(stack).items()}
        half_rate = median(rates) / 2
        half = await paced(intake, outside, rate=half_rate, reports=agencies, version=FLOODS + 1)
        print(f"sent at {half_rate:,.0f} reports/s: middle {median(half):,.0f} ms", flush=True)
        quiet = await paced(intake, outside, rate=1, reports=quiet_reports, version=FLOODS + 2)
    return Served(
        reports=agencies,
        rates=rates,
        half_rate=half_rate,
        half_middle_ms=median(half),
        half_high_ms=high(half),
        quiet_middle_ms=median(quiet),
        quiet_high_ms=high(quiet),
        processor_microseconds=spent,
    )


def worked(stack: LocalStack) -> dict[str, float]:
    """Tell the processor seconds of each part of the stack so far."""
    children = {"kafka": stack.kafka.children(), "postgres": stack.postgres.children()}
    children |= {name: service.children() for name, service in stack.services.items()}
    return {name: sum(seconds_of(child.process.pid) for child in some) for name, some in children.items()}


def serve_product(*, agencies: int, quiet_reports: int) -> Served:
    """Run the whole stack, and measure it."""
    plan = CHECKOUT / "build" / "bench" / "plan.yaml"
    write_plan(plan, agencies)
    with local_stack("bench-product", ports=Ports.free(), durable=True) as stack:
        keys = stack.add_keys(roles=("standing-body",), sources=(SOURCE,))
        stack.command("reporting", "publish", str(plan))
        return asyncio.run(serve(stack, keys, agencies=agencies, quiet_reports=quiet_reports))
