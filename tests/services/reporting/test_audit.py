"""`audit verify` of reporting on a real database and a real broker: its chain is held against `registry` in the same way as scoring's."""

from collections.abc import AsyncIterator

import pytest

from services.reporting.__main__ import CHAIN
from tests.services.reporting.api.test_periods import PATH
from tests.services.reporting.stage import Furnished, Stage
from tests.services.tampering import Bench, bench


@pytest.fixture
async def acts(stage: Stage, furnished_database: Furnished, kafka_bootstrap: str) -> AsyncIterator[Bench]:
    """Four acts over HTTP, recorded and announced."""
    admin_url = furnished_database.admin_url
    async with bench(pool=stage.pool, admin_url=admin_url, schema="reporting", chain=CHAIN, bootstrap=kafka_bootstrap) as made:
        await made.tamper("DELETE FROM act")  # what was recorded while the database was furnished was never announced
        for day in range(12, 16):
            answer = await stage.ask("POST", f"{PATH}/extend", json={"due_at": f"2023-07-{day}T17:00:00Z", "reason": "Mất điện"})
            assert answer.status_code == 200, answer.text
        await made.announce()
        yield made


async def test_a_record_that_nobody_touched_is_whole(acts: Bench) -> None:
    verified = await acts.verified()
    assert (verified.acts, verified.finding) == (4, None)


@pytest.mark.parametrize(
    ("statement", "place", "fault"),
    [
        ('UPDATE act SET facts = facts || \'{"reason": "khác"}\' WHERE sequence = 2', 2, "altered"),
        ("UPDATE act SET facts = '[1]' WHERE sequence = 2", 2, "altered"),
        ("DELETE FROM act WHERE sequence = 2", 2, "removed"),
        ("DELETE FROM act WHERE sequence > 2", 3, "cut-off"),
    ],
)
async def test_what_was_done_to_the_record_is_named(acts: Bench, statement: str, place: int, fault: str) -> None:
    await acts.tamper(statement)
    assert await acts.finding() == (place, fault, False)


async def test_a_chain_that_was_made_anew_is_named_by_the_witness(acts: Bench) -> None:
    await acts.tamper("UPDATE act SET actor = 'nobody' WHERE sequence = 2")
    await acts.make_anew()
    assert await acts.finding() == (2, "altered", True)
    await acts.tamper("DELETE FROM act WHERE sequence = 1")
    await acts.make_anew()
    assert await acts.finding() == (1, "altered", True)
