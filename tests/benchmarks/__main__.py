"""`make bench`: everything side by side on a real broker and a real database. Exit code 1 where a ratio is under its floor."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from deploy.local.failure import run_main
from tests.benchmarks.competitors import RUNTIME
from tests.benchmarks.competitors.environment import prepare
from tests.benchmarks.ground import Ground, ground, servers
from tests.benchmarks.growth import Cost, cost
from tests.benchmarks.latency import latencies
from tests.benchmarks.printed import keep_rates, say_begins, say_growth, say_latency, say_memory, say_product, say_rates
from tests.benchmarks.product import serve_product
from tests.benchmarks.rates import one, paces, ratios, rounds
from tests.benchmarks.scoring import measure_speed, say_speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    rounds: int
    trial_seconds: float
    quiet_records: int
    memory_records: int
    growth_rows: tuple[int, ...]
    growth_records: int
    product_agencies: int
    product_quiet_reports: int


DEFAULT = Size(
    rounds=5,
    trial_seconds=4,
    quiet_records=20,
    memory_records=100_000,
    growth_rows=(0, 250_000, 1_000_000),
    growth_records=20_000,
    product_agencies=4_000,
    product_quiet_reports=20,
)
FULL = Size(
    rounds=9,
    trial_seconds=10,
    quiet_records=120,
    memory_records=1_000_000,
    growth_rows=(0, 500_000, 1_000_000, 2_000_000, 5_000_000),
    growth_records=40_000,
    product_agencies=20_000,
    product_quiet_reports=100,
)

Part = Callable[[Ground, Size], Awaitable[bool]]


async def rates(on: Ground, size: Size) -> bool:
    """Compare, and tell whether all ratios hold."""
    done = []
    records = await paces(on, size.trial_seconds)
    print(f"records in each trial: {', '.join(f'{name} {count:,}' for name, count in records.items())}", flush=True)
    async for trials in rounds(on, count=size.rounds, records=records):
        done.append(trials)
        keep_rates(done, ratios(done))  # a long run that is broken off has not been for nothing
        print(f"round {len(done)} of {size.rounds}: {', '.join(f'{each.competitor} {each.rate:,.0f}/s' for each in trials)}", flush=True)
    found = ratios(done)
    say_rates(done, found)
    return all(ratio.holds for ratio in found)


async def latency(on: Ground, size: Size) -> bool:
    """Report how long a hop takes in a quiet system."""
    say_latency(await latencies(on, size.quiet_records))
    return True


async def memory(on: Ground, size: Size) -> bool:
    """Report the runtime's memory over many records."""
    await on.heard(size.memory_records)
    print(f"{size.memory_records:,} records lie on the topic; now they are read", flush=True)
    say_memory(await one(on, RUNTIME, size.memory_records))
    return True


async def growth(on: Ground, size: Size) -> bool:
    """Report what a record costs as tables grow."""
    found = list[Cost]()
    for rows in size.growth_rows:
        found.append(await cost(on, rows=rows, records=size.growth_records))
        print(f"after {rows:,} rows: {found[-1].rate:,.0f}/s", flush=True)
    say_growth(found)
    return True


PARTS: dict[str, Part] = {"rates": rates, "latency": latency, "memory": memory, "growth": growth}
PRODUCT, SCORING = "product", "scoring"
ALL = (*PARTS, PRODUCT, SCORING)
BESIDE_OTHERS = {"rates", "latency"}


async def measure(names: Sequence[str], size: Size) -> bool:
    """Run the parts one after the other."""
    if not names:
        return True
    with servers("bench") as on:
        async with ground(on) as here:
            held = [await one_part(here, name, size) for name in names]
    return all(held)


async def one_part(here: Ground, name: str, size: Size) -> bool:
    """Say what begins, and measure it."""
    say_begins(name)
    return await PARTS[name](here, size)


def main() -> int:
    """Read what is wanted, measure, and judge by the ratios alone."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(ALL)}; all by default")
    parser.add_argument("--full", action="store_true", help="more rounds, a million records, tables of up to 5 million rows")
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.parts) - set(ALL))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(ALL)}")
    size, wanted = FULL if chosen.full else DEFAULT, chosen.parts or ALL
    if BESIDE_OTHERS & set(wanted):
        prepare()
    holds = asyncio.run(measure([name for name in wanted if name in PARTS], size))
    if PRODUCT in wanted:
        say_begins(PRODUCT)
        say_product(serve_product(agencies=size.product_agencies, quiet_reports=size.product_quiet_reports))
    if SCORING in wanted:
        say_begins(SCORING)
        say_speed(measure_speed())
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(run_main(main))
