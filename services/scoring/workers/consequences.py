"""No undecided suggestion survives the score that it stood on; a granted award stays and is flagged, for only people change it."""

from collections.abc import Mapping, Sequence

from services.scoring import metrics
from services.scoring.contract import Proposed, Saying, award_withdrawn
from services.scoring.domain.decisions import KeptProposal, ProposalState, WithdrawalCause
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import proposals
from services.scoring.store.scores import NewScore
from services.scoring.workers.cases import ClusterAtHand
from shared.messaging import Transaction


async def follow_scores(transaction: Transaction, moved: Sequence[NewScore], at_hand: Mapping[ClusterKey, ClusterAtHand]) -> None:
    """Withdraw or flag what stands on scores that moved; the agencies' locks are held."""
    revisions = {(row.key.movement, row.key.period, row.agency): row.revision for row in moved}
    standing = await proposals.proposals_on_scores(transaction.connection, sorted(revisions))
    granted = [(one, revisions[key.movement, key.period, one.agency]) for key, one in standing if one.state is ProposalState.GRANTED]
    await proposals.flag(transaction, granted)
    undecided = [(key, one) for key, one in standing if one.state is ProposalState.PROPOSED]
    await withdraw(transaction, [(at_hand[key], one, cause_of(at_hand[key])) for key, one in undecided])


def cause_of(at_hand: ClusterAtHand) -> WithdrawalCause:
    """A reopening moves every score of the cluster; else it was the score itself."""
    return WithdrawalCause.PERIOD_REOPENED if at_hand.is_reopened else WithdrawalCause.SCORE_MOVED


async def withdraw(transaction: Transaction, void: Sequence[tuple[ClusterAtHand, KeptProposal, WithdrawalCause]]) -> None:
    """Withdraw suggestions and say so."""
    await proposals.withdraw(transaction, [(one, cause) for _, one, cause in void])
    revisions = await transaction.draw_revisions(len(void))
    await transaction.announce(
        [
            award_withdrawn(
                Saying(at=transaction.now, traceparent=None, test=at_hand.case.plan.test),
                Proposed(proposal=one.proposal, key=at_hand.key, agency=one.agency, rule=one.rule),
                cause,
                revision=revision,
            )
            for (at_hand, one, cause), revision in zip(void, revisions, strict=True)
        ]
    )
    metrics.PROPOSALS.labels(outcome="withdrawn").inc(len(void))
