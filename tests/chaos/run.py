"""One chaos run: a stack under load, rounds of faults with a calm after each, and the checker's word in the end."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import httpx

from deploy.local.places import CHECKOUT
from deploy.local.ports import free_ports
from deploy.local.processes import RunFolder, undisturbed
from deploy.local.stack import Ports
from tests.chaos.checker import Verdict, check
from tests.chaos.conservation import CONSUMERS, outcomes
from tests.chaos.faults import Fault, Shaker, planned
from tests.chaos.gather import gather, under_way
from tests.chaos.load import MOVEMENT, Load, Sender, Subject, send_over_http, send_over_kafka
from tests.chaos.officers import change_keys, close_and_decide
from tests.chaos.proxy import Proxy, proxied
from tests.chaos.shaken import ShakenStack

PERIODS = tuple(str(year) for year in range(2011, 2021))
CONTESTED = PERIODS[-4:]  # closed while reports of them still come in
PROVINCES = tuple(f"P{n:02}" for n in range(1, 64))
SOURCES = ("chaos-http", "chaos-kafka")
PLAN = CHECKOUT / "plans" / "papi.yaml"
ROUND_FAULTS = 36
RECOVERY_SECONDS_MAX = 90.0
QUIET_SECONDS_MAX = 150.0
PROBED = "SELECT count(*) FROM scoring.score WHERE agency = $1 AND period = $2 AND report_version = $3"


@dataclass(kw_only=True)
class Outcome:
    """All that a run can tell."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    recoveries: list[tuple[float, str]] = field(default_factory=list)
    revived: Counter[str] = field(default_factory=Counter)
    undone: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    accounts: dict[str, Counter[str]] = field(default_factory=dict)
    sent: int = 0
    attempts: int = 0
    seconds: float = 0.0
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was wrong."""
        return not self.verdict.faults and not self.complaints


async def run_chaos(seed: int, count: int, *, pace: float = 1.0, logs: str = "chaos") -> Outcome:
    """Run so many faults, planned by the seed."""
    began, outcome = time.monotonic(), Outcome(seed=seed)
    async with standing(logs) as (stack, proxies):
        urls, keys = stack.stack.urls, await prepared(stack)
        load = Load(http=stack.http, reporting=urls["reporting"], scoring=urls["scoring"], bootstrap=stack.stack.bootstrap, keys=keys)
        probe = Sender(load, SOURCES[0], "probe", [Subject(agency=PROVINCES[0], period=PERIODS[0])])
        faults = planned(seed, count)
        async with sending(stack.stack, load, seed, pace), shaking(stack.stack, proxies) as shaker:
            for start in range(0, len(faults), ROUND_FAULTS):
                await one_round(stack, shaker, probe, faults[start : start + ROUND_FAULTS], outcome)
        await judge(stack.stack, load, outcome)
    outcome.sent, outcome.attempts, outcome.seconds = len(load.sent), load.attempts, time.monotonic() - began
    return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A running stack and a client of its HTTP."""

    stack: ShakenStack
    http: httpx.AsyncClient


@asynccontextmanager
async def standing(name: str) -> AsyncIterator[tuple[Ground, dict[str, Proxy]]]:
    """Start proxies and stack; stop all of it, whatever happens."""
    async with AsyncExitStack() as held:
        ports, (kafka_port, postgres_port) = Ports.free(), free_ports(2)
        proxies = {
            "kafka": await held.enter_async_context(proxied(ports.kafka, kafka_port)),
            "postgres": await held.enter_async_context(proxied(ports.postgres, postgres_port)),
        }
        run = held.enter_context(RunFolder(name, keeps_logs=True))
        stack = ShakenStack(run, ports=ports, kafka_proxy=kafka_port, postgres_proxy=postgres_port, settings={})
        held.callback(stop_undisturbed, stack)
        await asyncio.to_thread(stack.start)
        http = await held.enter_async_context(httpx.AsyncClient())
        yield Ground(stack=stack, http=http), proxies


def stop_undisturbed(stack: ShakenStack) -> None:
    """Stop the stack, also when somebody presses Ctrl-C twice."""
    with undisturbed():
        stack.stop()


async def prepared(ground: Ground) -> dict[str, str]:
    """Make keys, publish the plan, open the periods."""
    keys = await asyncio.to_thread(ground.stack.add_keys, roles=["standing-body", "council"], sources=SOURCES)
    await asyncio.to_thread(ground.stack.command, "reporting", "publish", str(PLAN))
    for period in PERIODS:
        url = f"{ground.stack.urls['reporting']}/v1/movements/{MOVEMENT}/periods/{period}/open"
        response = await ground.http.post(url, json={}, headers={"Authorization": f"Bearer {keys['standing-body']}"}, timeout=30)
        response.raise_for_status()
    return keys


@asynccontextmanager
async def sending(stack: ShakenStack, load: Load, seed: int, pace: float) -> AsyncIterator[None]:
    """Keep the senders busy for the time of a block, and let each have its answer in the end."""
    acting = [*senders_of(load, seed, pace), close_and_decide(load, CONTESTED, f"{seed}-officers"), change_keys(load, stack)]
    senders = [asyncio.create_task(each) for each in acting]
    try:
        yield
        load.stopping.set()
        await asyncio.wait_for(asyncio.gather(*senders), RECOVERY_SECONDS_MAX)
    finally:
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)


@asynccontextmanager
async def shaking(stack: ShakenStack, proxies: dict[str, Proxy]) -> AsyncIterator[Shaker]:
    """Have a shaker for the time of a block."""
    shaker = Shaker(stack, proxies, SOURCES[1])
    try:
        yield shaker
    finally:
        await shaker.close()


def senders_of(load: Load, seed: int, pace: float) -> list[Coroutine[None, None, None]]:
    """Three senders over HTTP and two over Kafka, each with its own agencies."""
    agencies = PROVINCES[1:]
    parts = [[subject(agency, period) for agency in agencies[n::5] for period in PERIODS] for n in range(5)]
    over_http = [send_over_http(Sender(load, SOURCES[0], f"{seed}-http-{n}", parts[n]), 0.15 / pace) for n in range(3)]
    over_kafka = [send_over_kafka(Sender(load, SOURCES[1], f"{seed}-kafka-{n}", parts[n]), 0.5 / pace) for n in range(3, 5)]
    return [*over_http, *over_kafka]


def subject(agency: str, period: str) -> Subject:
    """What one sender alone writes of."""
    return Subject(agency=agency, period=period, is_contested=period in CONTESTED)


async def one_round(ground: Ground, shaker: Shaker, probe: Sender, faults: Sequence[Fault], outcome: Outcome) -> None:
    """Shake, then let it be calm until everything is ready and a fresh report has its score."""
    await shaker.shake(faults, lambda fault: outcome.faults.update([fault.kind]), outcome.undone.append)
    calm, steps = time.monotonic(), dict[str, float]()
    try:
        async with asyncio.timeout(RECOVERY_SECONDS_MAX):
            async for step in recovered(ground.stack, probe, outcome):
                steps[step] = time.monotonic() - calm
    except TimeoutError:
        missing = [name for name, service in ground.stack.services.items() if not service.is_ready()]
        outcome.complaints.append(f"not recovered within {RECOVERY_SECONDS_MAX:.0f} s; not ready: {missing}")
    seconds, said = time.monotonic() - calm, ", ".join(f"{step} after {after:.1f} s" for step, after in steps.items())
    outcome.recoveries.append((seconds, said))
    print(f"  {sum(outcome.faults.values())} faults; recovered in {seconds:.1f} s: {said}; {len(probe.load.sent)} sent", flush=True)


async def recovered(stack: ShakenStack, probe: Sender, outcome: Outcome) -> AsyncIterator[str]:
    """Wait until a report sent now is answered and scored, and all are ready; name each step when it is done."""
    outcome.revived.update(await asyncio.to_thread(stack.revive))
    line, agency = probe.report()
    await probe.load.over_http(line)
    yield "answered"
    connection = await asyncpg.connect(admin_url(stack))
    try:
        while not await connection.fetchval(PROBED, agency, PERIODS[0], probe.subjects[0].version):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    yield "scored"
    while not all(await asyncio.gather(*(asyncio.to_thread(service.is_ready) for service in stack.services.values()))):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    yield "all ready"


def admin_url(stack: ShakenStack) -> str:
    """The superuser's address of the services' database, past the proxy."""
    return replace(stack.database.address, database=stack.database.name).admin_url


async def judge(stack: ShakenStack, load: Load, outcome: Outcome) -> None:
    """Wait until nothing is under way, and have the evidence checked; what is late is checked again, and then it is missing."""
    admin = admin_url(stack)
    end = time.monotonic() + QUIET_SECONDS_MAX
    while await under_way(admin) and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    while True:
        evidence = await gather(stack.bootstrap, admin, load.sent)
        outcome.verdict = check(evidence)
        if not outcome.verdict.faults or time.monotonic() > end:
            break
        await asyncio.sleep(2)
    outcome.accounts = {consumer: outcomes(evidence, consumer) for consumer in CONSUMERS}
    (Path(stack.logs) / "senders.log").write_text("\n".join(f"{s.source} {s.id} {s.expected} {s.is_acknowledged}" for s in load.sent))
