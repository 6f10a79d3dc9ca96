"""What is told of acts, so that the topic witnesses the chain, and how a link that was told is hashed again."""

from services.reporting.contract.telling import ACTS, SERVICE, Saying, told
from services.reporting.domain import chain
from services.reporting.domain.chain import Link
from shared.events import REGISTRY
from shared.events.fields import Act, ActRecorded
from shared.messaging import Announcement


def told_act(saying: Saying, link: Link, revision: int) -> Announcement:
    """Let the topic witness the chain of acts."""
    return told(saying, act_fact(link), topic=REGISTRY.name, lock=ACTS, subject=str(link.sequence), revision=revision)


def act_fact(link: Link) -> ActRecorded:
    """Write a link as it is told."""
    act = Act(
        kind=link.act.kind,
        movement=link.act.movement,
        subject=link.act.subject,
        actor=link.act.actor,
        at=link.act.at,
        facts=dict(link.act.facts),
    )
    return ActRecorded(service=SERVICE, sequence=link.sequence, hash=link.hash, previous_hash=link.previous_hash, act=act)


def link_hash(fact: ActRecorded) -> str:
    """The hash that a link has to have, computed again from what it says."""
    act, facts = fact.act, tuple(sorted(fact.act.facts.items()))
    said = chain.Act(kind=act.kind, movement=act.movement, subject=act.subject, actor=act.actor, at=act.at, facts=facts)
    return chain.hash_of(said, fact.sequence, fact.previous_hash)
