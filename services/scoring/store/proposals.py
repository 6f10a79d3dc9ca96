"""Suggestions, what people decided on them, and the chain of acts. One decision and one revocation each, by the keys of the tables."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.scoring.domain.acts import Act, Link, linked
from services.scoring.domain.council import Stage
from services.scoring.domain.decisions import KeptProposal, ProposalState, Suggestion, WithdrawalCause
from services.scoring.domain.heard import ClusterKey
from services.scoring.store.judging import Stamps
from services.scoring.store.statements import QUERIES, Reads, columns, key_columns, key_of
from shared.messaging import Transaction
from shared.plan.types import AwardRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """A suggestion about to be made, on the ranking of this revision."""

    proposal: str
    key: ClusterKey
    ranking_revision: int
    revision: int
    suggestion: Suggestion
    rule: AwardRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalInCase:
    """A suggestion beside what its decision depends on: whether its cluster is final, and its agency's current score."""

    kept: KeptProposal
    stage: Stage
    key: ClusterKey
    is_final: bool
    plan_hash: str
    current_revision: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMoved:
    """A suggestion that stands on a score that moved: in this period, to this revision."""

    key: ClusterKey
    kept: KeptProposal
    moved_period: str
    moved_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the council decided on a suggestion, seeing the score of this revision."""

    outcome: str
    reason_class: str | None
    reason: str | None
    score_revision: int


def kept_proposal(row: asyncpg.Record) -> KeptProposal:
    """Read a suggestion from a row."""
    return KeptProposal(
        proposal=row["proposal"],
        agency=row["agency"],
        rule=row["rule"],
        state=ProposalState(row["state"]),
        score_revision=row["score_revision"],
        rank=row["rank"],
        total=row["total"],
    )


async def living_proposals(reads: Reads, keys: Sequence[ClusterKey]) -> list[tuple[ClusterKey, KeptProposal]]:
    """Suggestions of clusters that were not withdrawn."""
    rows = await reads.fetch(QUERIES.living_proposals_of_clusters, *key_columns(keys))
    return [(key_of(row), kept_proposal(row)) for row in rows]


async def proposals_on_scores(reads: Reads, moved: Sequence[tuple[str, str, str, int]]) -> list[OnMoved]:
    """Undecided and granted suggestions on the scores of these agencies (movement, period, agency, revision)."""
    rows = await reads.fetch(QUERIES.proposals_on_scores, *columns(moved, 4)) if moved else []
    return [
        OnMoved(key=key_of(row), kept=kept_proposal(row), moved_period=row["moved_period"], moved_revision=row["moved_revision"])
        for row in rows
    ]


async def insert_proposals(transaction: Transaction, proposals: Sequence[NewProposal]) -> None:
    """Make suggestions."""
    if proposals:
        await transaction.connection.execute(QUERIES.insert_proposals, *columns(map(proposal_row, proposals), 15), transaction.now)


def proposal_row(one: NewProposal) -> tuple[object, ...]:
    """Lay a suggestion out as a row."""
    award = one.suggestion.award
    grounds = [{"clause": ground.clause, "vi": ground.sentence.vi, "en": ground.sentence.en} for ground in award.grounds]
    place = (one.proposal, one.key.movement, one.key.period, one.key.cluster, award.agency, award.rule, one.ranking_revision, one.revision)
    figures = (one.rule.form_vi, one.rule.form_en, one.suggestion.score_revision, award.rank, award.total)
    return (*place, *figures, json.dumps(grounds, ensure_ascii=False), one.rule.covers.value)


async def withdraw(transaction: Transaction, void: Sequence[tuple[KeptProposal, WithdrawalCause]]) -> None:
    """Withdraw suggestions that nobody decided on."""
    rows = ((one.proposal, cause.value) for one, cause in void)
    if void:
        await transaction.connection.execute(QUERIES.withdraw_proposals, *columns(rows, 2), transaction.now)


async def flag(transaction: Transaction, moved: Sequence[tuple[KeptProposal, int]]) -> None:
    """Show the council that the scores under granted awards moved, to these revisions."""
    rows = ((one.proposal, revision) for one, revision in moved)
    if moved:
        await transaction.connection.execute(QUERIES.flag_proposals, *columns(rows, 2), transaction.now)


async def awards_were_judged(transaction: Transaction, judged: Sequence[tuple[ClusterKey, Stamps]]) -> None:
    """Note that suggestions equal rankings, and which others they stand on."""
    rows = [(key.movement, key.period, key.cluster, stamps.over_period, stamps.over_movement) for key, stamps in judged]
    await transaction.connection.execute(QUERIES.awards_were_judged, *columns(rows, 5))


async def proposal_in_case(reads: Reads, proposal: str) -> ProposalInCase | None:
    """Return a suggestion beside what its decision depends on, if there is such a one."""
    row = await reads.fetchrow(QUERIES.proposal_to_judge, proposal)
    if row is None:
        return None
    return ProposalInCase(
        kept=kept_proposal(row),
        stage=Stage(row["stage"]),
        key=key_of(row),
        is_final=row["cluster_state"] == "final",
        plan_hash=row["plan_hash"],
        current_revision=row["current_revision"],
    )


async def decide(transaction: Transaction, proposal: str, decision: Decision, actor: str) -> None:
    """Write the decision down; the key of the table refuses a second one."""
    values = (decision.outcome, decision.reason_class, decision.reason, decision.score_revision, actor, transaction.now)
    await transaction.connection.execute(QUERIES.insert_decision, proposal, *values)


async def revoke(transaction: Transaction, proposal: str, ground: str, reason: str, actor: str) -> None:
    """Write the revocation down; the key of the table refuses a second one."""
    await transaction.connection.execute(QUERIES.insert_revocation, proposal, ground, reason, actor, transaction.now)


async def append_act(transaction: Transaction, act: Act) -> Link:
    """Append an act to the chain; the transaction holds the lock of the acts."""
    row = await transaction.connection.fetchrow(QUERIES.last_act)
    link = linked(act, link_of(row) if row else None)
    words = (act.kind, act.movement, act.subject, act.actor, act.at, json.dumps(dict(act.facts), ensure_ascii=False))
    await transaction.connection.execute(QUERIES.insert_act, link.sequence, link.hash, link.previous_hash, *words)
    return link


async def acts_after(reads: Reads, sequence: int, limit: int) -> list[Link]:
    """The chain, on from a place."""
    return [link_of(row) for row in await reads.fetch(QUERIES.acts_after, sequence, limit)]


def link_of(row: asyncpg.Record) -> Link:
    """Read a link from a row."""
    at: datetime = row["acted_at"]
    act = Act(
        kind=row["kind"],
        movement=row["movement"],
        subject=row["subject"],
        actor=row["actor"],
        at=at,
        facts=json.loads(row["facts"]),
    )
    return Link(sequence=row["sequence"], hash=row["hash"], previous_hash=row["previous_hash"], act=act)
