"""`audit verify`: says that the record of acts is whole, or names the first act that was tampered with.

Exit codes: 0 whole, 1 it could not be checked, 7 it was tampered with.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import typer
from aiokafka.errors import KafkaError

from shared.audit.chain import Chain, Fault, Finding, Reads, first_fault
from shared.audit.witness import table_and_witness
from shared.events.fields import ActRecorded
from shared.messaging import KafkaSettings
from shared.operating import CommandFailed

TAMPERED = 7

WORDS = {
    Fault.ALTERED: ("act {place} was altered", "bản ghi số {place} đã bị sửa"),
    Fault.REMOVED: ("act {place} was removed", "bản ghi số {place} đã bị xóa"),
    Fault.INSERTED: ("act {place} was inserted: it was never announced", "bản ghi số {place} bị chèn thêm: chưa từng được công bố"),
    Fault.CUT_OFF: ("the acts from {place} on were cut off", "các bản ghi từ số {place} trở đi đã bị cắt bỏ"),
}
REWRITTEN = (
    "from there on the chain was rewritten so that it holds in itself",
    "từ đó trở đi chuỗi đã được viết lại cho khớp với chính nó",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check came to: how many acts there are, and the first fault."""

    acts: int
    finding: Finding | None


def audit_commands(chain: Chain, run: Callable[[Callable[[Reads, KafkaSettings], Awaitable[Verified]]], Verified]) -> typer.Typer:
    """Make the commands; `run` opens the service's database and hands it over with the way to Kafka."""
    commands = typer.Typer(help="The record of acts: hold it against what was announced.", no_args_is_help=True)

    @commands.callback()
    def audit() -> None:
        """The record of acts: hold it against what was announced."""

    @commands.command("verify")
    def verify_() -> None:
        """Compute the chain of acts again and compare it with the announced acts; exit 7 names the first place of a fault."""
        verified = run(lambda reads, kafka: verify(reads, kafka, chain))
        if verified.finding is None:
            typer.echo(f"{chain.service}: {verified.acts} acts; the chain is whole and equals what was announced on {chain.topic}.")
            typer.echo(f"{chain.service}: {verified.acts} bản ghi; chuỗi nguyên vẹn và khớp với các sự kiện đã công bố trên {chain.topic}.")
            return
        for line in told(chain, verified.finding):
            typer.echo(line, err=True)
        raise typer.Exit(TAMPERED)

    return commands


async def verify(reads: Reads, kafka: KafkaSettings, chain: Chain) -> Verified:
    """Check the chain; raises CommandFailed where the witness can not be heard."""
    try:
        table, witness = await table_and_witness(reads, kafka, chain)
    except (KafkaError, TimeoutError) as error:
        raise CommandFailed(f"the topic {chain.topic} can not be read ({error or type(error).__name__}): nothing was checked") from error
    if table.judged and not witness.told:
        raise CommandFailed(
            f"no act of {chain.service} stands on {chain.topic}: without a witness nothing can be said of {table.judged} acts"
        )
    finding = await asyncio.to_thread(first_fault, table, witness, chain.hash_of)
    return Verified(acts=len(table.rows), finding=finding)


def told(chain: Chain, finding: Finding) -> list[str]:
    """The finding in both languages, with what the table says beside what was announced."""
    english, vietnamese = (text.format(place=finding.sequence) for text in WORDS[finding.fault])
    also_english, also_vietnamese = REWRITTEN if finding.rewritten else ("", "")
    return [
        f"{chain.service}: {english}{'; ' if also_english else ''}{also_english}.",
        f"{chain.service}: {vietnamese}{'; ' if also_vietnamese else ''}{also_vietnamese}.",
        f"  table / bảng: {line_of(finding.found)}",
        f"  announced / đã công bố: {line_of(finding.witnessed)}",
    ]


def line_of(fact: ActRecorded | None) -> str:
    """An act on one line."""
    if fact is None:
        return "–"
    facts = ", ".join(f"{name}={value}" for name, value in sorted(fact.act.facts.items()))
    line = f"{fact.sequence} {fact.act.kind} {fact.act.subject} by {fact.act.actor} at {fact.act.at.isoformat()} ({facts}) {fact.hash[:12]}"
    return " ".join(line.split())
