"""When every cluster of a period is final, what the rules suggest is proposed once, and what they no longer suggest is withdrawn."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.scoring import metrics
from services.scoring.acts.cases import CLUSTERS_MAX, ClusterAtHand, load, within_bounds
from services.scoring.acts.judging import Judgements, Judging
from services.scoring.contract import Proposed, Saying, agency_lock, award_proposed, cluster_lock
from services.scoring.domain.awards import AwardJudgement
from services.scoring.domain.decisions import KeptProposal, Reconciled, Suggestion, reconcile
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import clusters, proposals, scores
from services.scoring.store.judging import Stamps
from services.scoring.store.proposals import NewProposal
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from services.scoring.workers import consequences
from services.scoring.workers.consequences import Void
from services.scoring.workers.halves import by_halves, put_aside
from shared.clock import Clock
from shared.events import derived_id
from shared.messaging import LOCKS_MAX, Lock, LockKind, Transaction, Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A cluster, the ranking that its suggestions stand on, and what has to be said."""

    at_hand: ClusterAtHand
    ranking_revision: int
    stamps: Stamps
    reconciled: Reconciled

    @property
    def is_test(self) -> bool:
        """Whether its events are not for downstream."""
        return self.at_hand.case.plan.test

    @property
    def agencies(self) -> list[str]:
        """Whom something has to be said of, in order."""
        return [str(one.award.agency) for one in self.reconciled.new] + [one.agency for one, _ in self.reconciled.void]

    def within(self, agencies: set[str]) -> "Judged":
        """The part that concerns only these agencies."""
        new = tuple(one for one in self.reconciled.new if one.award.agency in agencies)
        void = tuple((one, cause) for one, cause in self.reconciled.void if one.agency in agencies)
        return replace(self, reconciled=Reconciled(new=new, void=void))


class AwardsWorker:
    """Proposes awards, period by period."""

    def __init__(self, transactions: Transactions, reads: Reads, unchanging: Unchanging, clock: Clock) -> None:
        self._transactions = transactions
        self._reads = reads
        self._unchanging = unchanging
        self._judging = Judging(unchanging)
        self._clock = clock

    async def work(self) -> bool:
        """Do one bounded step; true where there may be more."""
        due = await clusters.due_awards(self._reads, self._clock.now(), CLUSTERS_MAX)
        chosen = within_bounds([one for one in due if one.key.movement == due[0].key.movement and one.key.period == due[0].key.period])
        if chosen:
            await by_halves([one.key for one in chosen], self._propose, self._put_aside)
        # What stays due after its own step waits for the next poll, so that nothing can make this worker spin.
        return len(due) > len(chosen)

    async def _put_aside(self, key: ClusterKey, error: Exception) -> None:
        await put_aside(self._transactions, key, error)

    async def _propose(self, keys: Sequence[ClusterKey]) -> None:
        """Propose for clusters of one period, in one transaction under the period's lock."""
        period = Lock(LockKind.PERIOD, f"{keys[0].movement}/{keys[0].period}")
        async with self._transactions.begin([period, *map(cluster_lock, keys)]) as transaction:
            # What was due before the locks may have been reopened since, or proposed by another replica.
            due = {one.key for one in await clusters.due_awards(transaction.connection, transaction.now, LOCKS_MAX)}
            at_hand = await load(transaction.connection, self._unchanging, [key for key in keys if key in due], {})
            judged = await self._judge(transaction, at_hand)
            room = within_room(judged, LOCKS_MAX - len(keys) - 1)
            await transaction.lock([agency_lock(agency) for agency in sorted(room)])
            await self._write_and_announce(transaction, [one.within(room) for one in judged])
            done = [(one.at_hand.key, one.stamps) for one in judged if room.issuperset(one.agencies)]
            await proposals.awards_were_judged(transaction, done)

    async def _judge(self, transaction: Transaction, at_hand: Sequence[ClusterAtHand]) -> list[Judged]:
        """Compare what the rules suggest with what is on record."""
        keys = [one.key for one in at_hand]
        on_record = await scores.rankings_on_record(transaction.connection, keys)
        kept = await proposals.living_proposals(transaction.connection, keys)
        found = await self._judging.judge(transaction.connection, at_hand)
        return await asyncio.to_thread(compare_all, at_hand, found, {key: one.revision for key, one in on_record.items()}, kept)

    async def _write_and_announce(self, transaction: Transaction, judged: Sequence[Judged]) -> None:
        void = [
            Void(key=one.at_hand.key, kept=kept, cause=cause, test=one.is_test) for one in judged for kept, cause in one.reconciled.void
        ]
        await consequences.withdraw(transaction, void)
        new = [(one, suggestion) for one in judged for suggestion in one.reconciled.new]
        revisions = await transaction.draw_revisions(len(new))
        rows = [row_of(one, suggestion, revision) for (one, suggestion), revision in zip(new, revisions, strict=True)]
        await proposals.insert_proposals(transaction, rows)
        await transaction.announce(
            [
                award_proposed(
                    Saying(at=transaction.now, traceparent=None, test=one.is_test),
                    Proposed(proposal=row.proposal, key=row.key, agency=suggestion.award.agency, rule=row.rule.code),
                    suggestion,
                    row.rule,
                    revision=row.revision,
                )
                for (one, suggestion), row in zip(new, rows, strict=True)
            ]
        )
        metrics.PROPOSALS.labels(outcome="proposed").inc(len(rows))


def compare_all(
    at_hand: Sequence[ClusterAtHand],
    found: Judgements,
    rankings: Mapping[ClusterKey, int],
    kept: Sequence[tuple[ClusterKey, KeptProposal]],
) -> list[Judged]:
    """Compare what the rules suggest in each cluster with what is on record; pure, so that it can run beside the event loop."""
    on_record = defaultdict[ClusterKey, list[KeptProposal]](list)
    for key, proposal in kept:
        on_record[key].append(proposal)
    return [
        Judged(
            at_hand=one,
            ranking_revision=rankings[one.key],
            stamps=found.stamps[one.key],
            reconciled=reconcile(suggestions_for(one, found.by_cluster[one.key]), on_record[one.key]),
        )
        for one in at_hand
        if one.key in rankings
    ]


def suggestions_for(one: ClusterAtHand, judgements: Sequence[AwardJudgement]) -> list[Suggestion]:
    """What the rules suggest in a final cluster, each on the score on record."""
    return [
        Suggestion(award=award, score_revision=one.case.kept[award.agency].revision)
        for judgement in judgements
        for award in judgement.proposals
    ]


def within_room(judged: Sequence[Judged], room: int) -> set[str]:
    """As many agencies as can be locked; the others' clusters stay due."""
    return set(list(dict.fromkeys(agency for one in judged for agency in one.agencies))[:room])


def row_of(one: Judged, suggestion: Suggestion, revision: int) -> NewProposal:
    """Name a suggestion by the revision under which it is made: one that was withdrawn and is made again is another one."""
    key, award = one.at_hand.key, suggestion.award
    name = derived_id("proposal", key.movement, key.period, f"{key.cluster}/{award.agency}/{award.rule}", revision)
    rule = next(rule for rule in one.at_hand.case.plan.awards if rule.code == award.rule)
    return NewProposal(proposal=name, key=key, ranking_revision=one.ranking_revision, revision=revision, suggestion=suggestion, rule=rule)
