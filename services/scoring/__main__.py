"""`python -m services.scoring`: serve (default), migrate, audit verify, and the offline commands."""

from collections.abc import Awaitable, Callable, Sequence

from services.scoring.app import DIRECTORIES, NAME, build
from services.scoring.contract import act_fact, link_hash
from services.scoring.offline import mount
from services.scoring.settings import ScoringSettings
from services.scoring.store.proposals import acts_after
from shared.audit import Chain, Reads, Verified, audit_commands
from shared.events import AWARDS
from shared.events.fields import ActRecorded
from shared.messaging import KafkaSettings
from shared.service import command_line, run_on


async def acts(reads: Reads, sequence: int, limit: int) -> Sequence[ActRecorded]:
    """The record of acts, on from a place."""
    return [act_fact(link) for link in await acts_after(reads, sequence, limit)]


def audited(check: Callable[[Reads, KafkaSettings], Awaitable[Verified]]) -> Verified:
    """Check on the service's database and broker."""
    return run_on(build, ScoringSettings, lambda service: check(service.foundation.pool, service.operated.kafka()))


CHAIN = Chain(service=NAME, topic=AWARDS.name, acts_after=acts, hash_of=link_hash)
commands = command_line(NAME, build, ScoringSettings, DIRECTORIES)
commands.add_typer(audit_commands(CHAIN, audited), name="audit")
mount(commands)

if __name__ == "__main__":
    commands()
