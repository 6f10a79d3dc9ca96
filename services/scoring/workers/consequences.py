"""No undecided suggestion survives a score that it stood on; a granted award stays and is flagged, for only people change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.scoring import metrics
from services.scoring.acts.cases import ClusterAtHand
from services.scoring.contract import Proposed, Saying, award_withdrawn
from services.scoring.domain.decisions import KeptProposal, ProposalState, WithdrawalCause
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import proposals
from services.scoring.store.scores import NewScore
from shared.messaging import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A suggestion that nobody decided on and that stands no more, and why."""

    key: ClusterKey
    kept: KeptProposal
    cause: WithdrawalCause
    test: bool


async def follow_scores(transaction: Transaction, moved: Sequence[NewScore], at_hand: Mapping[ClusterKey, ClusterAtHand]) -> None:
    """Withdraw or flag what stands on scores that moved, also in other periods of the movement; the agencies' locks are held."""
    rows = sorted((row.key.movement, row.key.period, row.agency, row.revision) for row in moved)
    standing = await proposals.proposals_on_scores(transaction.connection, rows)
    granted = [(one.kept, one.moved_revision) for one in standing if one.kept.state is ProposalState.GRANTED]
    await proposals.flag(transaction, granted)
    under = {(row.key.movement, row.key.period, row.agency): at_hand[row.key] for row in moved}
    undecided = [one for one in standing if one.kept.state is ProposalState.PROPOSED]
    behind = [(one, under[one.key.movement, one.moved_period, one.kept.agency]) for one in undecided]
    await withdraw(
        transaction, [Void(key=one.key, kept=one.kept, cause=cause_of(cluster), test=cluster.case.plan.test) for one, cluster in behind]
    )


def cause_of(at_hand: ClusterAtHand) -> WithdrawalCause:
    """A reopening moves every score of the cluster; else it was the score itself."""
    return WithdrawalCause.PERIOD_REOPENED if at_hand.is_reopened else WithdrawalCause.SCORE_MOVED


async def withdraw(transaction: Transaction, void: Sequence[Void]) -> None:
    """Withdraw suggestions and say so."""
    await proposals.withdraw(transaction, [(one.kept, one.cause) for one in void])
    revisions = await transaction.draw_revisions(len(void))
    await transaction.announce(
        [
            award_withdrawn(
                Saying(at=transaction.now, traceparent=None, test=one.test),
                Proposed(proposal=one.kept.proposal, key=one.key, agency=one.kept.agency, rule=one.kept.rule),
                one.cause,
                revision=revision,
            )
            for one, revision in zip(void, revisions, strict=True)
        ]
    )
    metrics.PROPOSALS.labels(outcome="withdrawn").inc(len(void))
