"""`audit verify` on a real database and a real broker: whatever a superuser does to the acts by SQL, the first act of it is named."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from deploy.local.database import Database
from services.scoring.__main__ import CHAIN
from services.scoring.contract import Saying, act_recorded, acts_lock
from services.scoring.domain.acts import Act
from services.scoring.store.proposals import append_act
from shared.audit import Fault, Finding, Verified, audit_commands
from shared.service import CommandFailed
from tests.services.scoring.desk import Desk
from tests.services.tampering import Bench, bench

COPY = "INSERT INTO act SELECT {sequence}, {hash}, {previous}, kind, movement, 'slipped-in', actor, acted_at, facts FROM act"


@pytest.fixture
async def acts(desk: Desk, service_database: Database, kafka_bootstrap: str) -> AsyncIterator[Bench]:
    """Five acts, recorded and announced."""
    admin_url = replace(service_database.address, database=service_database.name).admin_url
    async with bench(pool=desk.pool, admin_url=admin_url, schema="scoring", chain=CHAIN, bootstrap=kafka_bootstrap) as made:
        for place in range(5):
            await record(desk, f"proposal-{place}")
        await made.announce()
        yield made


async def record(desk: Desk, subject: str) -> None:
    """Record an act as the service does."""
    async with desk.transactions.begin([acts_lock()]) as transaction:
        act = Act(kind="award-decided", movement="m", subject=subject, actor="council", at=transaction.now, facts={"outcome": "granted"})
        link = await append_act(transaction, act)
        [revision] = await transaction.draw_revisions(1)
        saying = Saying(at=transaction.now, traceparent=None, test=False)
        await transaction.announce([act_recorded(saying, link, revision=revision)])


async def test_a_record_that_nobody_touched_is_whole(acts: Bench) -> None:
    assert await acts.verified() == Verified(acts=5, finding=None)


async def test_an_act_that_waits_for_the_relay_is_no_fault(acts: Bench, desk: Desk) -> None:
    await record(desk, "proposal-5")
    await desk.pool.execute("UPDATE outbox SET aggregatetype = $1", acts.chain.topic)
    assert await acts.verified() == Verified(acts=6, finding=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE act SET actor = 'nobody' WHERE sequence = 3",
        'UPDATE act SET facts = \'{"outcome": "refused"}\' WHERE sequence = 3',
        "UPDATE act SET acted_at = acted_at + interval '1 second' WHERE sequence = 3",
        "UPDATE act SET subject = 'x' WHERE sequence = 3",
    ],
)
async def test_a_row_that_was_altered_is_named(acts: Bench, statement: str) -> None:
    await acts.tamper(statement)
    assert await acts.finding() == (3, "altered", False)


async def test_a_row_that_is_no_act_any_more_is_named(acts: Bench) -> None:
    await acts.tamper("UPDATE act SET facts = 'nonsense' WHERE sequence = 2")
    assert await acts.finding() == (2, "altered", False)


async def test_a_row_that_was_removed_is_named(acts: Bench) -> None:
    await acts.tamper("DELETE FROM act WHERE sequence = 3")
    assert await acts.finding() == (3, "removed", False)


async def test_an_end_that_was_cut_off_is_named(acts: Bench) -> None:
    await acts.tamper("DELETE FROM act WHERE sequence > 3")
    assert await acts.finding() == (4, "cut-off", False)


async def test_a_row_that_was_appended_without_being_announced_is_named(acts: Bench) -> None:
    await acts.tamper(COPY.format(sequence="6", hash="'0'", previous="hash") + " WHERE sequence = 5")
    await acts.make_anew()
    assert await acts.finding() == (6, "inserted", True)


async def test_a_row_altered_with_all_hashes_made_anew_is_named_by_the_witness(acts: Bench) -> None:
    await acts.tamper("UPDATE act SET actor = 'nobody' WHERE sequence = 2")
    await acts.make_anew()
    assert await acts.finding() == (2, "altered", True)


async def test_a_row_removed_with_all_others_made_anew_is_named_by_the_witness(acts: Bench) -> None:
    await acts.tamper("DELETE FROM act WHERE sequence = 2")
    await acts.make_anew()
    assert await acts.finding() == (2, "removed", True)


async def test_a_row_slipped_in_with_all_others_made_anew_is_named_by_the_witness(acts: Bench) -> None:
    await acts.tamper("UPDATE act SET sequence = sequence + 10, hash = hash || '+', previous_hash = NULL WHERE sequence > 2")
    await acts.tamper(COPY.format(sequence="3", hash="'0'", previous="NULL") + " WHERE sequence = 1")
    await acts.make_anew()
    assert await acts.finding() == (3, "inserted", True)


async def test_a_whole_chain_made_anew_is_named_from_its_first_act(acts: Bench) -> None:
    await acts.tamper("UPDATE act SET subject = 'other-' || sequence")
    await acts.make_anew()
    assert await acts.finding() == (1, "altered", True)


async def test_without_a_witness_nothing_is_said(acts: Bench) -> None:
    deaf = replace(acts, chain=replace(acts.chain, topic="no-such-topic"))
    with pytest.raises(CommandFailed, match="no-such-topic"):
        await deaf.verified()


def test_the_command_ends_with_seven_where_something_was_tampered_with_and_names_it_in_both_languages() -> None:
    finding = Finding(sequence=3, fault=Fault.CUT_OFF, found=None, witnessed=None)
    tampered = CliRunner().invoke(audit_commands(CHAIN, lambda _: Verified(acts=2, finding=finding)), ["verify"])
    assert tampered.exit_code == 7
    assert "the acts from 3 on were cut off" in tampered.stderr
    assert "các bản ghi từ số 3 trở đi đã bị cắt bỏ" in tampered.stderr
    whole = CliRunner().invoke(audit_commands(CHAIN, lambda _: Verified(acts=2, finding=None)), ["verify"])
    assert (whole.exit_code, "2 acts" in whole.stdout) == (0, True)
