"""`python -m tests.benchmarks.closing`: how long scoring takes to make a whole period final, and how much memory.

Every agency has reported and is scored; then each cluster's close is heard, and the workers go on until every score is final, every
ranking published and every award suggested. One process, the real workers on a real database that waits for the disk, no broker.
"""

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.database import Database, make_database
from deploy.local.failure import run_main
from deploy.local.postgres import embedded_postgres
from deploy.local.processes import RunFolder
from shared.garbage import collect_seldom
from shared.messaging import Record
from shared.plan.document import plan_document, plan_from_document
from shared.plan.types import Plan
from tests.services.scoring.desk import Desk, built
from tests.services.scoring.trial import closed, opened, plan, published, submitted

BATCH = 500
KILOBYTE = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What a close cost: by the clock, of the service's processor, and the most memory that it ever had."""

    agencies: int
    seconds: float
    processor_seconds: float
    megabytes: float


def plan_of(clusters: int, members: int) -> tuple[Plan, dict[str, list[str]]]:
    """The trial plan with as many agencies as are asked for."""
    named = {f"k{number:04}": [f"k{number:04}.a{unit:03}" for unit in range(members)] for number in range(clusters)}
    document = plan_document(plan())
    document["agencies"] = [{"code": code, "name_vi": code, "name_en": code} for codes in named.values() for code in codes]
    document["clusters"] = [{"code": code, "name_vi": code, "name_en": code, "members": codes} for code, codes in named.items()]
    return plan_from_document(document), named


async def hear_all(desk: Desk, records: Sequence[Record]) -> None:
    """As a consumer does: one poll after the other."""
    for start in range(0, len(records), BATCH):
        await desk.hear(*records[start : start + BATCH])


async def close_all(desk: Desk, clusters: int, members: int) -> Closed:
    """Let all report, then close."""
    rules, named = plan_of(clusters, members)
    await desk.hear(published(1, rules))
    await hear_all(desk, [opened(2 + place, code, codes, rules) for place, (code, codes) in enumerate(named.items())])
    agencies = [agency for codes in named.values() for agency in codes]
    reports = [submitted(10_000 + place, agency, 1, str(place % 50), str(place % 37)) for place, agency in enumerate(agencies)]
    await hear_all(desk, reports)
    await desk.work()
    del reports
    # The relay would have taken what was announced long before the period closes.
    await desk.pool.execute("DELETE FROM outbox")
    collect_seldom()
    closings = [closed(1_000_000 + place, dict.fromkeys(codes, 1), code) for place, (code, codes) in enumerate(named.items())]
    print(f"{len(agencies):,} agencies in {clusters:,} clusters have reported; closing", flush=True)
    began, processor = time.perf_counter(), time.process_time()
    await hear_all(desk, closings)
    await desk.work()
    spent = time.perf_counter() - began, time.process_time() - processor
    final = await desk.pool.fetchval("SELECT count(*) FROM score WHERE is_current AND state = 'final'")
    if final != len(agencies):
        raise RuntimeError(f"only {final} of {len(agencies)} scores are final")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTE
    return Closed(agencies=final, seconds=spent[0], processor_seconds=spent[1], megabytes=megabytes)


async def on(database: Database, clusters: int, members: int) -> Closed:
    async with built(database) as desk:
        return await close_all(desk, clusters, members)


def main() -> int:
    """Close, and say what it cost."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.closing", description=__doc__)
    parser.add_argument("--clusters", type=int, default=1_000)
    parser.add_argument("--members", type=int, default=100)
    asked = parser.parse_args()
    with RunFolder("closing") as run, embedded_postgres(run, durable=True) as address:
        found = asyncio.run(on(make_database(address, name="closing"), asked.clusters, asked.members))
    print(
        f"{found.agencies:,} scores final, ranked and suggested in {found.seconds:.1f} s "
        f"({found.processor_seconds:.1f} s of one processor for the service); memory at most {found.megabytes:.0f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
