"""The statements on a real database: what a shelf holds, what is read by an index, what is remembered."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.reporting.domain.versions import Shelf
from services.reporting.store.intake import shelves_of
from services.reporting.store.periods import members_standing, timeliness_of_open_periods
from services.reporting.store.plans import Plans
from services.reporting.store.statements import QUERIES
from tests.services.reporting.domain.letters import period, sent
from tests.services.reporting.stage import MOVEMENT, PERIOD, START, Stage, record, report, with_id

KEY = (MOVEMENT, PERIOD, "ha-nam.phu-ly")
HOT: dict[str, tuple[Any, ...]] = {
    "digests_of_receipts": ([sent().receipt],),
    "shelves_named": ([MOVEMENT], [PERIOD], ["ha-nam.phu-ly"], [1]),
    "periods_named": ([MOVEMENT], [PERIOD]),
    "members_named": ([MOVEMENT], [PERIOD], ["ha-nam.phu-ly"]),
    "receipt_with_fate": (sent().receipt,),
    "receipts_with_fate": ("lgsp", None, 0, 100),
    "versions_of_report": KEY,
}


async def versions(stage: Stage, *numbers: int) -> None:
    """Hand in versions, in this order."""
    await stage.deliver(*(record(report(version=each), offset=each, headers=with_id(f"v{each}")) for each in numbers))


async def shelf(stage: Stage, version: int) -> Shelf:
    """The shelf, as far as it is asked for a version."""
    return (await shelves_of(stage.pool, [(sent(version=version), "ha-nam.phu-ly")]))[KEY]


async def test_a_shelf_tells_the_digest_of_the_version_asked_for_and_the_highest_that_counts(stage: Stage) -> None:
    assert await shelf(stage, 1) == Shelf()
    await versions(stage, 2, 1, 5)
    held = await shelf(stage, 2)
    assert (set(held.digests), held.highest, held.withdrawn_to) == ({2}, 5, 0)


async def test_what_was_returned_or_withdrawn_is_not_the_highest_but_still_held(stage: Stage) -> None:
    await versions(stage, 1, 2, 3, 4)
    await stage.pool.execute("UPDATE report SET returned_at = now() WHERE version = 4")
    await stage.pool.execute("INSERT INTO withdrawal VALUES ($1, $2, $3, 2, 'x', 'x', now())", *KEY)
    held = await shelf(stage, 4)
    assert (set(held.digests), held.highest, held.withdrawn_to) == ({4}, 3, 2)
    await stage.pool.execute("INSERT INTO withdrawal VALUES ($1, $2, $3, 9, 'x', 'x', now())", *KEY)
    assert (await shelf(stage, 1)).highest == 0


async def test_members_stand_with_their_version_or_with_none(stage: Stage) -> None:
    await versions(stage, 1, 2)
    found = await members_standing(stage.pool, period())
    assert [(member.cluster, member.agency, member.version) for member in found] == [
        ("huyen", "ha-nam.duy-tien", None),
        ("huyen", "ha-nam.phu-ly", 2),
        ("so", "ha-nam.so-tc", None),
    ]


async def test_timeliness_counts_over_all_periods_that_are_not_closed(stage: Stage) -> None:
    await versions(stage, 1)
    await stage.deliver(record(report(agency="349"), offset=9, at=START + timedelta(days=9), headers=with_id("late")))
    await stage.open("2023-q3")
    found = await timeliness_of_open_periods(stage.pool)
    assert (found.expected, found.on_time, found.late) == (6, 1, 1)


@pytest.mark.parametrize("name", HOT)
async def test_what_is_asked_for_every_letter_is_read_by_an_index(stage: Stage, name: str) -> None:
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        lines = [row[0] for row in await connection.fetch(f"EXPLAIN {QUERIES[name]}", *HOT[name])]
    assert not [line for line in lines if "Seq Scan" in line]


async def test_a_plan_is_read_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = Plans()
    first = await plans.in_force(stage.pool, [MOVEMENT, "nope"])
    await stage.pool.execute("UPDATE plan SET document = '{}'")
    again = await plans.in_force(stage.pool, [MOVEMENT])
    assert list(first) == [MOVEMENT]
    assert again[MOVEMENT] is first[MOVEMENT]


async def test_both_ways_in_at_the_same_moment_take_a_report_once(stage: Stage) -> None:
    over_kafka = [stage.deliver(record(report(), offset=each, headers=with_id("one"))) for each in range(5)]
    over_http = [stage.send(report(), id_="one") for _ in range(20)]
    answers, _ = await asyncio.gather(asyncio.gather(*over_http), asyncio.gather(*over_kafka))
    receipts = {answer.json()["receipt"] for answer in answers}
    assert len(receipts) == 1
    assert (await stage.count("report"), await stage.count("receipt"), await stage.count("outbox")) == (1, 1, 2)
